"""The long work of segments: computing a new version for everybody, counting exactly, exporting members."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audiences.people.models import Person
from audiences.segments.catalogue import Live, live
from audiences.segments.computing import KIND, finish
from audiences.segments.filling import FIRST, fill_slice
from audiences.segments.models import Membership, Segment
from audiences.segments.previews.comparing import exactly
from audiences.segments.previews.counting import readable
from audiences.segments.previews.drawing import count_people
from audiences.segments.recomputing import find_differences
from audiences.segments.sweeping import BATCH, sweep_segment
from compliance.audit import record
from compliance.jobs import Work, kind, start, write_csv
from compliance.jobs.models import Job
from config.kit.actors import Actor

COUNT: Final = "segments.count"
EXPORT: Final = "segments.export"
PAUSE_S: Final = 0.2


@kind(KIND, text=gettext_lazy("Computing a segment"))
def compute(work: Work) -> Mapping[str, Any]:
    """Judge everybody by the version that the arguments name; one that is no longer live is left to its successor."""
    rows = Segment.objects.filter(workspace_id=work.workspace_id, pk=work.arguments["segment"])
    segment = rows.select_related("live").first()
    if segment is None or segment.live_id != work.arguments["version"]:
        return {"superseded": True}
    if segment.kind == "dynamic":
        _compute_dynamic(work, segment)
    else:
        _fill(work, segment)
    finish(segment)
    return {"segment": segment.key, "judged": work.done}


def _compute_dynamic(work: Work, segment: Segment) -> None:
    one = live(work.workspace_id).get(segment.pk)
    if one is None:
        return
    if "until" not in work.checkpoint:
        _find(work, one)
    until = datetime.fromisoformat(work.checkpoint["until"])
    work.say(_("judging those for whom the answer may differ"))
    while _is_anybody_due(one.id, until):
        _sweep(work, one, until)


def _find(work: Work, one: Live) -> None:
    work.say(_("comparing everybody with the new condition"))
    now = work.tick()
    with transaction.atomic():
        work.total(find_differences(work.workspace_id, one, now=now))
        work.save({"until": now.isoformat(), "after": str(FIRST)})


def _sweep(work: Work, one: Live, until: datetime) -> None:
    """Go through those who are due once; whom another worker holds is left for the next round."""
    while True:
        with transaction.atomic():
            after = UUID(work.checkpoint["after"])
            judged = sweep_segment(work.workspace_id, one.id, after=after, until=until, now=work.tick())
            work.done += len(judged)
            last = judged[-1] if len(judged) == BATCH else FIRST
            work.save({"until": until.isoformat(), "after": str(last)})
        work.advance(0)
        if last == FIRST:
            break
    if not judged:
        time.sleep(PAUSE_S)


def _is_anybody_due(segment_id: int, until: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(DUE, [segment_id, until])
        return bool(cursor.fetchone()[0])


def _fill(work: Work, segment: Segment) -> None:
    work.total(count_people(work.workspace_id))
    last: UUID | None = UUID(work.checkpoint.get("after", str(FIRST)))
    while last is not None:
        with transaction.atomic():
            last, count = fill_slice(segment, after=last, now=work.tick())
            work.done += count
            work.save({"after": str(last or FIRST)})
        work.advance(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The condition of the version in use, to count against: who would join, who would leave."""

    where: Any
    version: int


def count_in_job(
    workspace_id: int, where: Any, *, title: str, actor: Actor, now: datetime, before: Before | None = None
) -> Job:
    """Start counting exactly who satisfies a condition; the job's result holds `count` and `at`.

    With `before` it also holds how many `joined`, `left` and `stayed` against that `version`.
    """
    arguments: dict[str, Any] = {"where": readable(workspace_id, where).as_json()}
    if before:
        arguments |= {"before": before.where, "version": before.version}
    return start(COUNT, workspace_id=workspace_id, title=title, arguments=arguments, actor=actor, now=now)


@kind(COUNT, text=gettext_lazy("Counting a segment exactly"))
def count_exactly(work: Work) -> Mapping[str, Any]:
    """Count everybody, however long it takes; a cancel breaks the statement off."""
    now, given = work.tick(), work.arguments
    found = exactly(work.workspace_id, given["where"], before=given.get("before"), now=now)
    return found | {"at": now.isoformat()} | ({"version": given["version"]} if "version" in given else {})


@transaction.atomic
def export_in_job(segment: Segment, *, actor: Actor, now: datetime) -> Job:
    """Start writing the members of a segment to a file that can be downloaded; the segment's trail says who asked."""
    workspace_id, arguments = segment.workspace_id, {"segment": segment.pk}
    job = start(EXPORT, workspace_id=workspace_id, title=segment.name, arguments=arguments, actor=actor, now=now)
    record(
        "segment.exported",
        workspace_id=workspace_id,
        object_kind="segment",
        object_id=segment.key,
        payload={"job": str(job.pk), "members": segment.memberships.filter(left_at=None).count()},
        actor=actor,
        at=now,
    )
    return job


@kind(EXPORT, text=gettext_lazy("Exporting a segment"), file_scope="people:read")
def export(work: Work) -> Mapping[str, Any]:
    """Write the members, a page at a time, in the order of their ids."""
    segment = Segment.objects.get(workspace_id=work.workspace_id, pk=work.arguments["segment"])
    total = segment.memberships.filter(left_at=None).count()
    header = ["person_id", "user_id", "entered_at"]
    return write_csv(work, name=f"{segment.key}.csv", header=header, rows=_members(segment), total=total)


def _members(segment: Segment) -> Iterator[list[Any]]:
    after = FIRST
    while True:
        stays = Membership.objects.filter(segment=segment, left_at=None, person_id__gt=after).order_by("person_id")
        page = list(stays[:1_000])
        wanted = [stay.person_id for stay in page]
        names = dict(Person.objects.filter(pk__in=wanted).values_list("pk", "user_id"))
        for stay in page:
            yield [str(stay.person_id), names.get(stay.person_id), stay.entered_at]
        if len(page) < 1_000:
            return
        after = page[-1].person_id


# a person who was erased meanwhile is nobody to wait for
DUE: Final = """
select exists (
    select from audiences_recheck r join audiences_person p on p.id = r.person_id
    where r.segment_id = %s and r.due_at <= %s)
"""
