"""How a form of the console is carried out: once, whole or not at all, and refused in the same way everywhere."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from compliance.access.models import SentForm, User
from config.kit import clock
from config.kit.errors import Conflict, InputRefused, Problem
from config.kit.forms import KEY, Stale, conflict
from config.kit.pages import done
from config.kit.spoken import spoken, told

REMEMBERED: Final = timedelta(days=1)
LONGEST_KEY: Final = 64


def submit(
    request: HttpRequest,
    act: Callable[[], object],
    *,
    again: Callable[[Sequence[Problem]], HttpResponse] | None = None,
    to: Callable[[], str] | str,
    said: Callable[[], str] | str = "",
    undo: str = "",
    labels: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Carry out `act` for this form and go to the page `to` (asked for afterwards if it depends on what was done).

    A refused input shows the form again by `again` (a mere button has none: `to` says why); a stale one answers what
    differs (`labels` names its fields); a form that arrives a second time, after a lost answer or a double click,
    changes nothing more.
    """
    try:
        with transaction.atomic():
            if not _first_time(request):
                return done(request, _made(to), said=_("That was done already."), level=messages.INFO)
            act()
    except InputRefused as refusal:
        return again(refusal.problems) if again else done(request, _made(to), said=_told(refusal), level=messages.ERROR)
    except Stale as stale:
        return conflict(request, stale, labels=labels or {name: name for name in stale.theirs}, back=_made(to))
    except Conflict as other:
        return done(request, _made(to), said=spoken(other.args[0]), level=messages.WARNING)
    return done(request, _made(to), said=_made(said), undo=undo)


def _made(text: Callable[[], str] | str) -> str:
    return text() if callable(text) else text


def _told(refusal: InputRefused) -> str:
    return " ".join(told(problem) for problem in refusal.problems)


def _first_time(request: HttpRequest) -> bool:
    """Note the form's key; False if it was noted before. Of two that arrive at once the second waits for the first."""
    key, user = request.POST.get(KEY, "")[:LONGEST_KEY], request.user
    if not key or not isinstance(user, User):
        return True
    now = clock.now()
    SentForm.objects.filter(user=user, at__lt=now - REMEMBERED).delete()
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, {"user": user.pk, "key": key, "at": now})
        return bool(cursor.rowcount == 1)


_NOTE: Final = """
insert into compliance_sentform (user_id, key, at) values (%(user)s, %(key)s, %(at)s)
on conflict (user_id, key) do nothing
"""
