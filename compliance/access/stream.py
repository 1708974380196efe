"""Live parts of pages: one stream of server-sent events per page, and the same parts for those who ask again and again.

A stream holds a thread of the web server but no database connection while it waits; there are few (`WEB_STREAMS`),
and whoever finds none free polls.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Final

from django.conf import settings
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache

from compliance.access.console import ConsoleRequest, actor_of, console_page
from config.kit import live, wall
from config.kit.actors import acting

TICK: Final = 2.0
BEAT: Final = 15.0
LASTS: Final = 180.0  # then the browser connects anew, and is asked again who it is
places: Final = live.Places(settings.WEB_STREAMS)
ending: Final = Event()


@never_cache
@console_page
def stream(request: ConsoleRequest) -> HttpResponse | StreamingHttpResponse:
    """Send parts as they change, until the stream has lasted long enough; 204: poll."""
    topics = live.wanted(request.GET.get("topics", ""))
    if not topics or not places.take():
        return HttpResponse(status=204)
    body = live.Stream(_events(request, live.Changes(topics), _surroundings(request)), places)
    answer = StreamingHttpResponse(body, content_type="text/event-stream")
    answer.headers["X-Accel-Buffering"] = "no"
    _let_go()
    return answer


@never_cache
@console_page
def parts(request: ConsoleRequest) -> HttpResponse:
    """Answer the same parts once, for a page that polls."""
    return HttpResponse("".join(live.Changes(live.wanted(request.GET.get("topics", ""))).now(request)))


Surroundings = tuple[str, str]


def _surroundings(_request: ConsoleRequest) -> Surroundings:
    return translation.get_language() or "en", timezone.get_current_timezone_name()


@contextmanager
def _as_in_a_request(request: ConsoleRequest, around: Surroundings) -> Iterator[None]:
    """Put language, zone, actor and wall around the writing of parts: the middleware's work ended with the headers."""
    language, zone = around
    with translation.override(language), timezone.override(zone), acting(actor_of(request)):
        wall.enter(request.workspace.pk)
        try:
            yield
        finally:
            wall.leave()
            _let_go()


def _let_go() -> None:
    """Give the database connection back to the pool; a test's transaction stays as it is."""
    if not connection.in_atomic_block:
        connection.close()


def _events(request: ConsoleRequest, changes: live.Changes, around: Surroundings) -> Iterator[str]:
    began = said = time.monotonic()
    yield "retry: 5000\n\n"
    while time.monotonic() - began < LASTS and not ending.is_set():
        with _as_in_a_request(request, around):
            changed = changes.now(request)
        if changed or time.monotonic() - said >= BEAT:
            said = time.monotonic()
            yield live.event("parts", {"html": "".join(changed)}) if changed else live.event("beat", {})
        else:
            yield ":\n\n"  # nobody there any more is noticed by writing only
        ending.wait(TICK)
