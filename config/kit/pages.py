"""Answers of the console: one view serves the whole page and the parts of it that htmx asks for."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    parts: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render `template`, or of it only the partial that belongs to the element htmx will fill.

    `parts` maps the id of an element to a partial. The target decides, never the mere presence of htmx:
    a boosted or restored request wants the whole page.
    """
    part = (parts or {}).get(request.headers.get("HX-Target", ""))
    name = f"{template}#{part}" if part and "HX-Request" in request.headers else template
    response = render(request, name, dict(context), status=status)
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    return response


def done(
    request: HttpRequest, to: str, *, said: str = "", level: int = messages.SUCCESS, undo: str = ""
) -> HttpResponse:
    """Go to the page `to` after a change and say there what was done; `undo` is the address that takes it back."""
    if said:
        messages.add_message(request, level, said, extra_tags=undo)
    if "HX-Request" not in request.headers:
        return redirect(to)
    return HttpResponse(status=204, headers={"HX-Redirect": to})


def told(said: str, *, level: str = "ok", undo: str = "", changed: str = "") -> HttpResponse:
    """Answer htmx that a change is made: nothing is swapped, a dialog closes, a toast says so.

    `changed` names an event that parts of the page wait for (`hx-trigger="<changed> from:body"`).
    """
    events: dict[str, Any] = {"toast": {"text": said, "level": level, "undo": undo}}
    if changed:
        events[changed] = True
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(events)})


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks, so that the answer may be a part of a page or none at all."""
    return "HX-Request" in request.headers


def page_address(request: HttpRequest) -> str:
    """Return the path and query of the page that somebody looks at, whatever part of it is asked for."""
    if request.method in ("GET", "HEAD") and not is_part(request):
        return request.get_full_path()
    shown = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    parts = urlsplit(shown)
    if not parts.path or parts.netloc != request.get_host():
        return "/"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def way_back(request: HttpRequest, default: str) -> str:
    """Return where a form asked to go afterwards (`next`), if that lies on this site, else `default`."""
    wanted = request.POST.get("next", "")
    hosts = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=request.is_secure())
    return wanted if safe else default
