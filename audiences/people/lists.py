"""The list of people: who there is, when they were last seen, in which segments they are, and who may be written to."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audiences.people import lookups
from audiences.people.models import Person
from audiences.segments.handpicked import add_members
from audiences.segments.lookups import memberships_of, segment_names
from audiences.segments.models import Membership
from compliance.consent.suppressions import suppress
from config.kit.lists import Action, Choice, Column, Dates, Doing, Flag, List, Nothing, Row, Scope, Text, register
from config.kit.masking import masked

EMAIL: Final = "email"


def _source(scope: Scope) -> QuerySet[Person]:
    return lookups.people(scope.workspace_id)


def _dress(scope: Scope, rows: Sequence[Person]) -> list[Row]:
    stays = memberships_of(scope.workspace_id, [person.pk for person in rows])
    return [
        {
            "person": person,
            "name": lookups.name_of(person),
            "stays": [stay.segment for stay in stays.get(person.pk, ())],
        }
        for person in rows
    ]


def _search(rows: QuerySet[Person], text: str, scope: Scope) -> QuerySet[Person]:
    return lookups.called(rows, scope.workspace_id, text)


def _segments(scope: Scope) -> list[tuple[str, str]]:
    return [(segment.key, segment.name) for segment in segment_names(scope.workspace_id)]


def _in_segments(rows: QuerySet[Person], keys: list[str], scope: Scope) -> QuerySet[Person]:
    # their ids are looked up first: with them PostgreSQL knows how many people it will meet
    ids = list(segment_names(scope.workspace_id).filter(key__in=keys).values_list("pk", flat=True))
    stays = Membership.objects.filter(person_id=OuterRef("id"), left_at=None, segment_id__in=ids)
    return rows.filter(Exists(stays.filter(workspace_id=scope.workspace_id)))


def _known(rows: QuerySet[Person], known: bool, _scope: Scope) -> QuerySet[Person]:
    return rows.filter(user_id__isnull=not known)


def _mail(rows: QuerySet[Person], has: bool, _scope: Scope) -> QuerySet[Person]:
    return rows.filter(traits__has_key=EMAIL) if has else rows.exclude(traits__has_key=EMAIL)


def _suppress(keys: Sequence[UUID], doing: Doing) -> int:
    workspace_id = doing.scope.workspace_id
    traits = Person.objects.filter(workspace_id=workspace_id, pk__in=keys).values_list("traits", flat=True)
    addresses = [address for known in traits if isinstance(address := known.get(EMAIL), str) and address]
    return suppress(workspace_id, EMAIL, addresses, reason="manual", at=doing.now)


def _static(scope: Scope) -> list[tuple[str, str]]:
    kept = segment_names(scope.workspace_id).filter(kind="static", live__isnull=False)
    return [(segment.key, segment.name) for segment in kept]


def _add(keys: Sequence[UUID], doing: Doing) -> int:
    picked = add_members(doing.scope.workspace_id, doing.chosen, keys, actor=doing.actor, now=doing.now)
    return picked.changed


def _added(n: int) -> str:
    return ngettext("%(n)s person was added.", "%(n)s people were added.", n) % {"n": f"{n:,}"}


def _suppressed(n: int) -> str:
    words = ngettext("%(n)s address is suppressed from now on.", "%(n)s addresses are suppressed from now on.", n)
    return words % {"n": f"{n:,}"}


def _trait(name: str) -> Any:
    return lambda row: row["person"].traits.get(name)


PEOPLE: Final = List(
    name="people",
    title=_("People"),
    address=lambda _scope: reverse("people"),
    source=_source,
    dress=_dress,
    order="-last_seen",
    counted=lambda n: ngettext("%(n)s person", "%(n)s people", n) % {"n": f"{n:,}"},
    columns=(
        Column(
            key="person",
            label=_("Person"),
            value=lambda row: row["name"],
            link=lambda row: reverse("person", args=[row["person"].pk]),
            sort="user_id",
            nullable=True,
            small=True,
            width="clip",
        ),
        Column(key="email", label=_("E-mail"), value=lambda row: _masked(row["person"].traits.get(EMAIL)), width="fit"),
        Column(
            key="phone", label=_("Phone"), value=lambda row: _masked(row["person"].traits.get("phone")), shown=False
        ),
        Column(
            key="segments",
            label=_("Segments"),
            value=lambda row: [segment.name for segment in row["stays"]],
            cell="people/cells.html#segments",
        ),
        Column(key="zone", label=_("Time zone"), value=_trait("timezone"), shown=False),
        Column(key="language", label=_("Language"), value=_trait("language"), shown=False),
        Column(
            key="first_seen",
            label=_("First seen"),
            value=lambda row: row["person"].first_seen,
            sort="first_seen",
            style="full",
            wide=True,
        ),
        Column(
            key="last_seen",
            label=_("Last seen"),
            value=lambda row: row["person"].last_seen,
            sort="last_seen",
            style="ago",
            small=True,
        ),
    ),
    filters=(
        Text(key="q", label=_("User id, e-mail, phone or name"), narrow=_search, main=True),
        Choice(key="segment", label=_("Segment"), options=_segments, narrow=_in_segments, many=True),
        Dates(key="seen", label=_("Last seen"), field="last_seen"),
        Dates(key="since", label=_("First seen"), field="first_seen"),
        Flag(key="known", label=_("User id"), yes=_("known"), no=_("anonymous"), narrow=_known),
        Flag(key="mail", label=_("E-mail"), yes=_("has an address"), no=_("has none"), narrow=_mail),
    ),
    actions=(
        Action(
            key="add",
            label=_("Add to a segment"),
            icon="tags",
            run=_add,
            done=_added,
            asks=_("They enter a segment that is kept by hand. Those who are in it already stay as they are."),
            options=_static,
        ),
        Action(
            key="suppress",
            label=_("Suppress"),
            icon="ban",
            run=_suppress,
            done=_suppressed,
            asks=_("Their e-mail addresses get no message any more, whatever they agree to, until somebody lifts it."),
            danger=True,
        ),
    ),
    nothing=Nothing(
        icon="users",
        title=_("Nobody yet"),
        text=_("People appear here as soon as the first event about them arrives."),
        action=_("How to send events"),
        url=lambda: reverse("api-docs"),
    ),
)
register(PEOPLE)


def _masked(value: Any) -> str:
    return masked(value) if value else ""
