"""Browsers report here what the Content Security Policy stopped: an attack, or a mistake of ours, goes to the log."""

import json
import logging
import time
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

log = logging.getLogger(__name__)
LARGEST: Final = 16 * 1024
PER_MINUTE: Final = 60
LONGEST: Final = 200
FIELDS: Final = (
    "document-uri",
    "effective-directive",
    "violated-directive",
    "blocked-uri",
    "source-file",
    "line-number",
)
_minute: Final[dict[int, int]] = {}


@csrf_exempt
@require_POST
def report(request: HttpRequest) -> HttpResponse:
    """Log one report; anybody may send anything here, so it is cut short, and only so many a minute are written."""
    if int(request.headers.get("Content-Length") or 0) <= LARGEST and _in_time():
        log.warning("content security policy: %s", _said(request.body))
    return HttpResponse(status=204)


def _in_time() -> bool:
    minute = int(time.time() // 60)
    n = _minute.get(minute, 0) + 1
    _minute.clear()
    _minute[minute] = n
    return n <= PER_MINUTE


def _said(body: bytes) -> str:
    try:
        sent: Any = json.loads(body)
    except ValueError:
        return "a report that is not JSON"
    found = sent.get("csp-report") if isinstance(sent, dict) else None
    if not isinstance(found, dict):
        return "a report of another form"
    # repr keeps line ends out of the log; queries may hold what somebody searched for
    return ", ".join(f"{name}={str(found[name]).split('?')[0][:LONGEST]!r}" for name in FIELDS if name in found)
