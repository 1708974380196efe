"""The door of every console page: who is logged in, in which workspace, with which role."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compliance.access.models import Member, User, Workspace
from config.kit import wall
from config.kit.actors import Actor, ActorKind, acting
from config.kit.pages import is_part, page_address
from config.kit.strict_json import Malformed

SESSION_KEY: Final = "workspace_id"


class ConsoleRequest(HttpRequest):
    """A request of a member: `workspace` is the one that they work in now."""

    user: User
    workspace: Workspace
    other_workspaces: list[Workspace]
    role: str
    role_name: str
    may_change: bool


View = Callable[..., HttpResponseBase]


def console_page(view: View) -> View:
    """Let members read: strangers are sent to log in, users without a workspace are told so."""
    return require_safe(_for_members(view))


def console_change(view: View) -> View:
    """Let members change something by POST; viewers may not."""
    return require_POST(_for_members(_for_editors(view)))


def console_form(view: View) -> View:
    """Let members who may change things see a form (GET) and send it (POST)."""
    return require_http_methods(["GET", "HEAD", "POST"])(_for_members(_for_editors(view)))


def _for_editors(view: View) -> View:
    @wraps(view)
    def guarded(request: ConsoleRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.may_change:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def console_own(view: View) -> View:
    """Let every member, viewers too, change by POST what is theirs alone."""
    return require_POST(_for_members(view))


def _for_members(view: View) -> View:
    @wraps(view)
    def guarded(request: ConsoleRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_log_in(request)
        if not enter_workspace(request):
            return render(request, "access/no_workspace.html", status=403)
        wall.enter(request.workspace.pk)
        with acting(actor_of(request)):
            try:
                return view(request, *args, **kwargs)
            except Malformed as refusal:
                return render(request, "400.html", {"problems": refusal.problems}, status=400)

    return guarded


def to_log_in(request: HttpRequest) -> HttpResponse:
    """Send a stranger, or somebody whose session ran out, to log in and then back to the page they were on."""
    address = f"{reverse('login')}?{urlencode({'next': page_address(request)}, safe='/')}"
    if is_part(request):
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return redirect(address)


def enter_workspace(request: ConsoleRequest) -> bool:
    """Put the session's workspace (or the user's first) on the request; False if there is none."""
    members = list(Member.objects.filter(user=request.user).select_related("workspace").order_by("workspace__name"))
    if not members:
        return False
    wanted = request.session.get(SESSION_KEY)
    member = next((one for one in members if one.workspace_id == wanted), members[0])
    request.workspace = member.workspace
    request.other_workspaces = [one.workspace for one in members if one != member]
    request.role, request.role_name = member.role, member.get_role_display()
    request.may_change = member.role != Member.Role.VIEWER
    return True


def choose_workspace(request: ConsoleRequest, workspace_id: int) -> None:
    """Work in another workspace from now on; a stranger's is refused."""
    if not Member.objects.filter(user=request.user, workspace_id=workspace_id).exists():
        raise PermissionDenied
    request.session[SESSION_KEY] = workspace_id


def actor_of(request: ConsoleRequest) -> Actor:
    """Return the actor that the audit trail names for this request."""
    return Actor(
        kind=ActorKind.USER,
        id=str(request.user.pk),
        name=request.user.shown_name,
        request_id=str(request.META.get("signalbox.request_id", "")),
    )
