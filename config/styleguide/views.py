"""The pages of the style guide: an index, one page per family of components, one per page template."""

from typing import Final

from django.http import Http404, HttpResponse

from compliance.access.console import ConsoleRequest, console_page
from config.kit import clock
from config.kit.pages import page
from config.styleguide.chapters import CHAPTERS
from config.styleguide.samples import samples

BY_KEY: Final = {chapter.key: chapter for chapter in CHAPTERS}
PARTS: Final = {"messages": {"drawer": "entry", "dialog": "entry"}}  # what a chapter opens over itself


@console_page
def contents(request: ConsoleRequest) -> HttpResponse:
    """Show which chapters there are."""
    return page(request, "styleguide/contents.html", {"chapters": CHAPTERS})


@console_page
def chapter(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show one chapter over the samples of a made-up brand."""
    if key not in BY_KEY:
        raise Http404
    at = BY_KEY[key]
    context = {"chapters": CHAPTERS, "chapter": at, **samples(clock.now())}
    return page(request, f"styleguide/{at.key}.html", context, parts=PARTS.get(at.key))
