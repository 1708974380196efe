"""Answers of the console: one view serves the whole page and the parts of it that htmx asks for."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
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


def way_back(request: HttpRequest, default: str) -> str:
    """Return where a form asked to go afterwards (`next`), if that lies on this site, else `default`."""
    wanted = request.POST.get("next", "")
    hosts = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=request.is_secure())
    return wanted if safe else default
