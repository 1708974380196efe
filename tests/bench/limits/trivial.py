"""The least that Django can do with a request: the product's middleware, a view that reads the body and says ok."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
def trivial(request: HttpRequest) -> HttpResponse:
    request.read()
    return HttpResponse(b'{"ok":true}', status=202, content_type="application/json")
