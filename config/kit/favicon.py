"""Where a browser that shows no page of ours, but an answer in JSON or a file, asks for the icon of its tab."""

from django.http import HttpRequest, HttpResponseRedirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe


@require_safe
def favicon(_request: HttpRequest) -> HttpResponseRedirect:
    """Lead to the icon that pages name in their head."""
    return HttpResponseRedirect(static("kit/favicon.svg"))
