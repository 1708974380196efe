"""Puts people into static segments and takes them out, by hand or by a rule; what a hand took out stays out (E8)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from django.db import connection, transaction

from audiences.people.signals import people_merged
from audiences.segments import locks
from audiences.segments.filling import enter, leave, tell
from audiences.segments.models import Segment
from audiences.segments.stays import Change
from compliance.audit import record
from config.kit.actors import Actor
from config.kit.errors import Conflict
from config.kit.phrases import phrase

AT_ONCE: Final = 1_000
By = Literal["hand", "rule"]
"""Whose decision it is: an operator's or an API client's, or a rule's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """What became of the people that were named: `changed` entered or left, `kept_out` were removed by hand before.

    `unchanged` were inside (or outside) already, `unknown` are nobody in this workspace.
    """

    changed: int = 0
    unchanged: int = 0
    kept_out: int = 0
    unknown: int = 0

    def __add__(self, other: "Picked") -> "Picked":
        return Picked(
            changed=self.changed + other.changed,
            unchanged=self.unchanged + other.unchanged,
            kept_out=self.kept_out + other.kept_out,
            unknown=self.unknown + other.unknown,
        )


def add_members(
    workspace_id: int, key: str, people: Collection[UUID], *, actor: Actor, now: datetime, by: By = "hand"
) -> Picked:
    """Let people enter a static segment. By hand this lifts earlier removals; a rule passes the removed ones over.

    Raises Segment.DoesNotExist, or Conflict where the segment is not static.
    """
    return _in_slices(_add, workspace_id, key, people, actor=actor, now=now, by=by)


def remove_members(
    workspace_id: int, key: str, people: Collection[UUID], *, actor: Actor, now: datetime, by: By = "hand"
) -> Picked:
    """Let people leave a static segment. By hand they stay out until a hand puts them back, also who was not inside.

    Raises Segment.DoesNotExist, or Conflict where the segment is not static.
    """
    return _in_slices(_remove, workspace_id, key, people, actor=actor, now=now, by=by)


def _in_slices(
    verb: Any, workspace_id: int, key: str, people: Collection[UUID], *, actor: Actor, now: datetime, by: By
) -> Picked:
    """Do it a thousand at a time, a transaction each: a long list holds nobody up."""
    wanted, total = sorted(set(people)), Picked()
    for start in range(0, len(wanted), AT_ONCE) or (0,):
        with transaction.atomic():
            locks.share(workspace_id)
            segment = _static(workspace_id, key)
            slice_ = wanted[start : start + AT_ONCE]
            known = _lock(workspace_id, slice_)
            picked, changes = verb(segment, known, actor=actor, now=now, by=by)
            tell(segment, changes, now=now)
            _record(segment, verb, picked, by=by, actor=actor, now=now)
            total += Picked(unknown=len(slice_) - len(known)) + picked
    return total


def _static(workspace_id: int, key: str) -> Segment:
    segment = Segment.objects.get(workspace_id=workspace_id, key=key, live__isnull=False)
    if segment.kind != "static":
        given = {"key": key, "kind": segment.kind}
        raise Conflict(phrase("The segment %(key)s is %(kind)s: its condition decides, not a list.", **given))
    return segment


def _lock(workspace_id: int, people: Sequence[UUID]) -> list[UUID]:
    """Hold the people as an event of theirs would, so that both judge one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [list(people), workspace_id])
        return [person_id for (person_id,) in cursor.fetchall()]


def _add(segment: Segment, people: list[UUID], *, actor: Actor, now: datetime, by: By) -> tuple[Picked, list[Change]]:
    given = _given(segment, people, actor=actor, now=now)
    with connection.cursor() as cursor:
        cursor.execute(LIFT if by == "hand" else KEPT_OUT, given)
        kept_out = 0 if by == "hand" else cursor.fetchone()[0]
    changes = enter(segment, people, now=now)
    unchanged = len(people) - len(changes) - kept_out
    return Picked(changed=len(changes), unchanged=unchanged, kept_out=kept_out), changes


def _remove(
    segment: Segment, people: list[UUID], *, actor: Actor, now: datetime, by: By
) -> tuple[Picked, list[Change]]:
    changes = leave(segment, people, now=now)
    if by == "hand":
        with connection.cursor() as cursor:
            cursor.execute(KEEP_OUT, _given(segment, people, actor=actor, now=now))
    return Picked(changed=len(changes), unchanged=len(people) - len(changes)), changes


def _given(segment: Segment, people: list[UUID], *, actor: Actor, now: datetime) -> dict[str, Any]:
    who = {"segment": segment.pk, "workspace": segment.workspace_id, "people": people}
    return who | {"now": now, "actor": actor.name[:200]}


def _record(segment: Segment, verb: Any, picked: Picked, *, by: By, actor: Actor, now: datetime) -> None:
    if picked.changed:
        record(
            "segment.members_added" if verb is _add else "segment.members_removed",
            workspace_id=segment.workspace_id,
            object_kind="segment",
            object_id=segment.key,
            payload={"people": picked.changed, "by": by},
            actor=actor,
            at=now,
        )


def unite_removals(*, loser_id: UUID, winner_id: UUID, **_given: Any) -> None:
    """After a merge: who was taken out stays out, unless the other of the two is inside; memberships unite (S6)."""
    given: Mapping[str, UUID] = {"loser": loser_id, "winner": winner_id}
    with connection.cursor() as cursor:
        for statement in (MOVE_REMOVALS, FORGET_REMOVALS):
            cursor.execute(statement, given)


def listen_to_people() -> None:
    """Have people tell when they are merged; called once when the app starts."""
    people_merged.connect(unite_removals, dispatch_uid="segments unite removals")


LOCK: Final = """
select id from audiences_person where id = any(%s) and workspace_id = %s and merged_into is null order by id for update
"""
LIFT: Final = "delete from audiences_removal where segment_id = %(segment)s and person_id = any(%(people)s)"
KEPT_OUT: Final = """
select count(*) from audiences_removal where segment_id = %(segment)s and person_id = any(%(people)s)
"""
KEEP_OUT: Final = """
insert into audiences_removal (segment_id, person_id, workspace_id, at, actor)
select %(segment)s, g.id, %(workspace)s, %(now)s, %(actor)s from unnest(%(people)s::uuid[]) as g(id)
on conflict do nothing
"""
MOVE_REMOVALS: Final = """
with gone as (delete from audiences_removal where person_id = %(loser)s returning segment_id, workspace_id, at, actor)
insert into audiences_removal (segment_id, person_id, workspace_id, at, actor)
select segment_id, %(winner)s, workspace_id, at, actor from gone on conflict do nothing
"""
FORGET_REMOVALS: Final = """
delete from audiences_removal r where r.person_id = %(winner)s and exists (
    select from audiences_membership m
    where m.segment_id = r.segment_id and m.person_id = r.person_id and m.left_at is null)
"""
