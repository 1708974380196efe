"""The lists of segments and of who is in one."""

from collections.abc import Sequence
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audiences.people import lookups as people
from audiences.people.lookups import names_of
from audiences.segments.definitions import archive
from audiences.segments.heads import head_counts
from audiences.segments.labels import KINDS, label_of_segment
from audiences.segments.models import Membership, Segment
from audiences.segments.versions import unarchive
from config.kit.lists import Action, Choice, Column, Dates, Doing, List, Nothing, Row, Scope, Text, register
from config.kit.lists.common import author_column, changed_column, name_filter, version_column


def _segments(scope: Scope) -> QuerySet[Segment]:
    return Segment.objects.filter(workspace_id=scope.workspace_id).select_related("live")


def _dress(_scope: Scope, rows: Sequence[Segment]) -> list[Row]:
    members = head_counts(row.pk for row in rows)
    return [{"segment": row, "live": row.live, "members": members.get(row.pk, 0)} for row in rows]


def _in_state(rows: QuerySet[Segment], states: list[str], _scope: Scope) -> QuerySet[Segment]:
    return rows.filter(live__isnull=states[0] == "archived")


def _archive(keys: Sequence[int], doing: Doing) -> int:
    rows = _segments(doing.scope).filter(pk__in=keys, live__isnull=False)
    for row in rows:
        archive(doing.scope.workspace_id, row.key, actor=doing.actor, now=doing.now)
    return len(rows)


def _unarchive(keys: Sequence[int], doing: Doing) -> int:
    rows = _segments(doing.scope).filter(pk__in=keys, live__isnull=True)
    for row in rows:
        unarchive(doing.scope.workspace_id, row.key, actor=doing.actor, now=doing.now)
    return len(rows)


SEGMENTS: Final = List(
    name="segment",
    title=_("Segments"),
    said=_("Groups of people, kept current as events arrive and time windows lapse."),
    address=lambda _scope: reverse("segment-list"),
    source=_segments,
    dress=_dress,
    order="name",
    counted=lambda n: ngettext("%(n)s segment", "%(n)s segments", n) % {"n": f"{n:,}"},
    columns=(
        Column(
            key="name",
            label=_("Name"),
            value=lambda row: row["segment"].name,
            link=lambda row: reverse("segment-page", args=[row["segment"].key]),
            sub=lambda row: row["segment"].key,
            sort="name",
            small=True,
            width="clip",
        ),
        Column(
            key="kind", label=_("Kind"), value=lambda row: label_of_segment(row["segment"]), sort="kind", small=True
        ),
        Column(key="members", label=_("People"), value=lambda row: row["members"], numeric=True, small=True),
        version_column(),
        author_column(),
        changed_column("segment"),
        Column(
            key="created",
            label=_("Created"),
            value=lambda row: row["segment"].created_at,
            sort="created_at",
            style="full",
            shown=False,
        ),
    ),
    filters=(
        name_filter(),
        Choice(
            key="kind",
            label=_("Kind"),
            options=lambda _scope: [(kind, label.text) for kind, label in KINDS.items()],
            field="kind",
            many=True,
        ),
        Choice(
            key="state",
            label=_("State"),
            options=lambda _scope: [("live", _("in use")), ("archived", _("archived"))],
            narrow=_in_state,
        ),
        Text(key="author", label=_("By"), field="live__author"),
        Dates(key="changed", label=_("Changed"), field="updated_at"),
    ),
    actions=(
        Action(
            key="archive",
            label=_("Archive"),
            icon="archive",
            run=_archive,
            done=lambda n: ngettext("%(n)s segment is archived.", "%(n)s segments are archived.", n) % {"n": n},
            undo="unarchive",
        ),
        Action(
            key="unarchive",
            label=_("Bring back"),
            icon="undo-2",
            run=_unarchive,
            done=lambda n: ngettext("%(n)s segment is in use again.", "%(n)s segments are in use again.", n) % {"n": n},
            hidden=True,
        ),
    ),
    nothing=Nothing(
        icon="tags",
        title=_("No segments yet"),
        text=_("A segment is a group of people: those for whom a condition holds, or those whom you put in by hand."),
        action=_("New segment"),
        url=lambda: reverse("segment-new"),
    ),
)


def _stays(scope: Scope) -> QuerySet[Membership]:
    segment = Segment.objects.filter(workspace_id=scope.workspace_id, key=scope.within).values("pk")[:1]
    return Membership.objects.filter(workspace_id=scope.workspace_id, segment_id=segment, left_at=None)


def _dress_stays(scope: Scope, rows: Sequence[Membership]) -> list[Row]:
    names = names_of(scope.workspace_id, [stay.person_id for stay in rows])
    return [{"stay": stay, "name": names.get(stay.person_id, "")} for stay in rows]


def _of_people(rows: QuerySet[Any], text: str, scope: Scope) -> QuerySet[Any]:
    found = people.called(people.people(scope.workspace_id), scope.workspace_id, text)
    return rows.filter(person_id__in=found.values("id"))


MEMBERS: Final = List(
    name="segment-members",
    title=_("People in it now"),
    address=lambda scope: reverse("segment-members-page", args=[scope.within]),
    source=_stays,
    dress=_dress_stays,
    order="-entered",
    counted=lambda n: ngettext("%(n)s person", "%(n)s people", n) % {"n": f"{n:,}"},
    columns=(
        Column(
            key="person",
            label=_("Person"),
            value=lambda row: row["name"],
            link=lambda row: reverse("person", args=[row["stay"].person_id]),
            small=True,
            width="clip",
        ),
        Column(
            key="entered",
            label=_("Entered"),
            value=lambda row: row["stay"].entered_at,
            sort="pk",
            style="full",
            small=True,
        ),
    ),
    filters=(
        Text(key="q", label=_("User id, e-mail, phone or name"), narrow=_of_people, main=True),
        Dates(key="entered", label=_("Entered"), field="entered_at"),
    ),
    nothing=Nothing(
        icon="users", title=_("Nobody is in it"), text=_("People enter as soon as the condition holds for them.")
    ),
)
register(SEGMENTS, MEMBERS)
