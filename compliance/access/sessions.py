"""Sessions in the console: log-in and log-out on the trail, and a session that nobody uses comes to an end."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.access.models import User
from compliance.access.workspaces import workspaces_of
from compliance.audit import Entry, record_many
from config.kit import clock
from config.kit.actors import Actor, ActorKind

SEEN: Final = "seen"
OFTEN: Final = 30
"""A session that is used is written down again at most every so many seconds."""
LIVE: Final = ("/console/stream", "/console/parts")
UNATTENDED: Final = "X-Unattended"
"""The header of requests that a page makes by itself: they keep nobody logged in."""


def note(happened: str, user: User, *, at: datetime, **payload: Any) -> None:
    """Put on the trail of each of the user's workspaces what happened to their session."""
    actor = Actor(kind=ActorKind.USER, id=str(user.pk), name=user.shown_name)
    entries = [
        Entry(
            action=f"session.{happened}",
            workspace_id=workspace.pk,
            object_kind="user",
            object_id=user.pk,
            payload=payload,
            actor=actor,
        )
        for workspace in workspaces_of(user)
    ]
    record_many(entries, at=at)


class LogOut(LogoutView):
    """Ends the session, and puts it on the trail."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Log out."""
        if isinstance(request.user, User):
            note("ended", request.user, at=clock.now())
        return super().post(request, *args, **kwargs)


class IdleMiddleware:
    """Ends a session that nobody has used for SESSION_IDLE_MINUTES."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(("/v1/", "/static/")) and isinstance(request.user, User):
            self._look(request, request.user, int(clock.now().timestamp()))
        return self.get_response(request)

    def _look(self, request: HttpRequest, user: User, now: int) -> None:
        seen = request.session.get(SEEN, now)
        if now - seen > settings.SESSION_IDLE_MINUTES * 60:
            note("ran_out", user, at=clock.now(), idle_minutes=(now - seen) // 60)
            logout(request)
            messages.info(request, ran_out())
        elif SEEN not in request.session or (now - seen > OFTEN and not _by_itself(request)):
            request.session[SEEN] = now


def _by_itself(request: HttpRequest) -> bool:
    """Whether the page asked, not its reader; a stream of events can say so by its address only."""
    return UNATTENDED in request.headers or request.path.startswith(LIVE)


def ran_out() -> str:
    """Say why somebody has to log in again."""
    n = settings.SESSION_IDLE_MINUTES
    text = ngettext(
        "You were logged out after %(n)s minute without a sign of you.",
        "You were logged out after %(n)s minutes without a sign of you.",
        n,
    )
    return f"{text % {'n': n}} {_('Log in to go on where you were.')}"
