"""Shows a declared list to a member: with the columns and the view that they chose, whole or as the part htmx wants."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from compliance.access.console import ConsoleRequest
from compliance.desk.layouts import layout
from compliance.desk.models import SavedView
from compliance.desk.saved_views import DEFAULT, may_change, views_of
from config.kit.lists import List, Scope
from config.kit.lists.asking import ask
from config.kit.lists.showing import Listed

COLUMNS: Final = "columns"
PAGE: Final = "kit/lists/page.html"


def list_page(
    request: ConsoleRequest,
    listing: List,
    *,
    within: str = "",
    template: str = PAGE,
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Answer with the list: the page around it, or for htmx the list alone. A bare address opens the default view."""
    listed = listed_for(request, listing, within=within)
    if not request.GET and (first := next((view for view in listed.views if view["default"]), None)):
        return HttpResponseRedirect(first["url"])
    part = "HX-Request" in request.headers and request.headers.get("HX-Target") == listed.id
    around = {} if part else (context or {})
    response = render(request, "kit/lists/part.html" if part else template, {**around, "list": listed})
    if part:
        response.headers["HX-Push-Url"] = listed.here
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    return response


def listed_for(request: ConsoleRequest, listing: List, *, within: str = "") -> Listed:
    """Return the list as this member asks for it."""
    scope = Scope(workspace_id=request.workspace.pk, within=within)
    kept = layout(request.user, listing.name, workspace_id=scope.workspace_id)
    asked = ask(listing, request.GET, scope, chosen=_texts(kept.get(COLUMNS)))
    listed = Listed(listing, asked, scope, may_change=request.may_change, url=listing.address(scope))
    listed.forbidden = bool(listing.roles) and request.role not in listing.roles
    views = views_of(request.user, listing.name, workspace_id=scope.workspace_id)
    listed.bare = "?view=" if isinstance(kept.get(DEFAULT), int) else ""
    listed.views = [_shown(view, request, listed, default=kept.get(DEFAULT)) for view in views]
    listed.view = next((view for view in listed.views if view["current"]), None)
    return listed


def _shown(view: SavedView, request: ConsoleRequest, listed: Listed, *, default: object) -> dict[str, Any]:
    current = str(view.pk) == listed.asked.view
    query = f"{view.query}&view={view.pk}".lstrip("&")
    return {
        "id": view.pk,
        "name": view.name,
        "team": view.is_team,
        "url": f"{listed.url}?{query}",
        "current": current,
        "changed": current and listed.saved_query != view.query,
        "mine": may_change(view, request.user, role=request.role),
        "default": default == view.pk,
    }


def _texts(kept: object) -> list[str]:
    return [text for text in kept if isinstance(text, str)] if isinstance(kept, list) else []
