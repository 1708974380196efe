"""The list of parked events: what could not be processed, why, and what became of it."""

from collections.abc import Sequence
from typing import Final

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audiences.people.lookups import names_of
from campaigns.parking import ParkedEvent, parked_events, replay
from config.kit.labels import Label
from config.kit.lists import Action, Column, Dates, Doing, Flag, List, Nothing, Row, Scope, Text, register

PARKED_NOW: Final = Label("warn", "circle-pause", _("parked"))
REPLAYED: Final = Label("ok", "check", _("replayed"))


def _source(scope: Scope) -> QuerySet[ParkedEvent]:
    return parked_events(scope.workspace_id)


def _dress(scope: Scope, rows: Sequence[ParkedEvent]) -> list[Row]:
    names = names_of(scope.workspace_id, [event.person_id for event in rows])
    return [{"event": event, "name": names.get(event.person_id, "")} for event in rows]


def _said(rows: QuerySet[ParkedEvent], text: str, _scope: Scope) -> QuerySet[ParkedEvent]:
    return rows.filter(Q(reason__icontains=text) | Q(detail__icontains=text))


def _open(rows: QuerySet[ParkedEvent], still: bool, _scope: Scope) -> QuerySet[ParkedEvent]:
    return rows.filter(replayed_at__isnull=still)


def _replay(keys: Sequence[int], doing: Doing) -> int:
    waiting = _source(doing.scope).filter(pk__in=keys, replayed_at=None).values_list("pk", flat=True)
    for key in waiting:
        replay(doing.scope.workspace_id, key, actor=doing.actor, now=doing.now)
    return len(waiting)


PARKED: Final = List(
    name="parked",
    title=_("Parked events"),
    said=_("Events whose processing failed. They were set aside so that those behind them could go on."),
    address=lambda _scope: reverse("parked"),
    source=_source,
    dress=_dress,
    order="-parked",
    counted=lambda n: ngettext("%(n)s event", "%(n)s events", n) % {"n": f"{n:,}"},
    columns=(
        Column(
            key="parked",
            label=_("Parked"),
            value=lambda row: row["event"].parked_at,
            sort="pk",
            style="full",
            small=True,
        ),
        Column(
            key="person",
            label=_("Person"),
            value=lambda row: row["name"] or "–",
            link=lambda row: reverse("person", args=[row["event"].person_id]),
            small=True,
            width="clip",
        ),
        Column(key="reason", label=_("Reason"), value=lambda row: row["event"].reason, style="code", small=True),
        Column(key="detail", label=_("Details"), value=lambda row: row["event"].detail, width="clip"),
        Column(
            key="state",
            label=_("State"),
            value=lambda row: REPLAYED if row["event"].replayed_at else PARKED_NOW,
            small=True,
            width="fit",
        ),
        Column(
            key="replayed", label=_("Replayed"), value=lambda row: row["event"].replayed_at, style="full", shown=False
        ),
    ),
    filters=(
        Text(key="q", label=_("Reason or details"), narrow=_said, main=True),
        Flag(key="open", label=_("State"), yes=_("still parked"), no=_("replayed"), narrow=_open),
        Dates(key="at", label=_("Parked"), field="parked_at"),
    ),
    actions=(
        Action(
            key="replay",
            label=_("Process once more"),
            icon="refresh-cw",
            run=_replay,
            done=lambda n: (
                ngettext("%(n)s event is on its way again.", "%(n)s events are on their way again.", n) % {"n": n}
            ),
        ),
    ),
    nothing=Nothing(icon="circle-check", title=_("Nothing is parked"), text=_("Every accepted event was processed.")),
)
register(PARKED)
