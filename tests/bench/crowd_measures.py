"""Measures a crowd inside Django: prints JSON. Where a crowd stands already, it is kept."""

import argparse
import gc
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Collection, Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import django
import psutil

django.setup()  # before the models below can be imported

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from audiences.conditions import Place, parse  # noqa: E402
from audiences.facts.touch import Touch  # noqa: E402
from audiences.segments import how_far, rejudge  # noqa: E402
from audiences.segments.catalogue import live  # noqa: E402
from audiences.segments.heads import recount  # noqa: E402
from audiences.segments.models import Membership, Segment, SegmentVersion  # noqa: E402
from audiences.segments.previews import funnel, preview, reachable, sample  # noqa: E402
from audiences.segments.previews.drawing import draw  # noqa: E402
from audiences.segments.previews.tally import count_members  # noqa: E402
from audiences.segments.recomputing import find_differences  # noqa: E402
from audiences.segments.sql import compile_for_people, verdicts  # noqa: E402
from compliance.access.models import Workspace  # noqa: E402
from config.kit.versions import digest  # noqa: E402
from tests.bench import olap  # noqa: E402
from tests.bench.crowd import NOW, WORKSPACE, Size  # noqa: E402
from tests.bench.crowd_loading import load  # noqa: E402
from tests.bench.crowd_questions import QUESTIONS, Question, variants  # noqa: E402
from tests.bench.crowd_stream import computed_by_job, flooded, streamed  # noqa: E402
from tests.bench.kit import agree, interleave, median  # noqa: E402
from tests.bench.place import Meter  # noqa: E402

BATCH = 500
JUDGED_BY = 20
AT_ONCE = 10
SLOW_S = 5.0
"""Segments that take longer are told."""


def measure(
    size: Size, *, quick: bool, only: Collection[str] = (), segments: int = 0, told_in: Path | None = None
) -> dict[str, Any]:
    """Load the crowd unless it is there; return all figures, or those of some stages, each told on the way.

    With `told_in` each stage's figure is written there, and what stands there is not measured again: a run that broke
    off goes on where it was. Delete the file to begin anew.
    """
    call_command("migrate", verbosity=0)
    Workspace.objects.get_or_create(pk=WORKSPACE, defaults={"key": "bench", "name": "Bench", "created_at": NOW})
    told: dict[str, Any] = {"people": size.people, "events": size.events}
    if told_in and told_in.exists():
        told |= json.loads(told_in.read_text())
    for name, stage in _stages(size, quick=quick, segments=segments).items():
        if name not in told and (not only or name in only):
            told |= _told(size, name, stage)
            if told_in:
                told_in.write_text(json.dumps(told))
    return told


def _told(size: Size, name: str, stage: Callable[[], Any]) -> dict[str, Any]:
    figure, load_before = stage(), os.getloadavg()[0]
    print(f"{size}: {name} = {json.dumps(figure)} (load {load_before:.1f})", file=sys.stderr, flush=True)
    return {name: figure}


def _stages(size: Size, *, quick: bool, segments: int) -> dict[str, Callable[[], Any]]:
    """Return what is measured, in this order: the streams move on from the crowd's instant, so they come last."""
    return {
        "load_s": lambda: _loaded(size),
        "room": lambda: _room(size),
        "questions": lambda: {one.name: _question(one, rounds=2 if quick else 3) for one in QUESTIONS},
        "looking": _looking,
        "standing": lambda: _standing(segments or (10 if quick else 100)),
        "membership": _membership,
        "recompute": _recompute,
        "rejudge": lambda: _rejudge(8 if quick else 20),
        "job": computed_by_job,
        "stream": lambda: streamed(seconds=5 if quick else 20, per_second=1_000),
        "flood": lambda: flooded(5_000 if quick else 20_000, seconds=5 if quick else 20),
        "keys": _keys,
        "memory": lambda: {"worker_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024},
        "columns": lambda: olap.ask(os.environ["DATABASE_URL"]),
    }


def _loaded(size: Size) -> float | None:
    """Return the seconds that loading took; None where the crowd was kept from an earlier run."""
    if _scalar("select count(*) from (select from audiences_person limit 1) as known"):
        return None
    return _seconds(lambda: load(os.environ["DATABASE_URL"], size))


def _room(size: Size) -> dict[str, float]:
    return {
        "bytes_per_event": _bytes("audiences_event") / size.events,
        "bytes_per_person": _bytes("audiences_person") / size.people,
    }


def _keys() -> dict[str, float]:
    """Return what the keys cost by which a repeated event is known; the streams made some."""
    return {"bytes_per_key": _bytes("audiences_event_key") / _scalar("select count(*) from audiences_event_key")}


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _ms(call: Callable[[], object]) -> float:
    return _seconds(call) * 1000


def _bytes(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select sum(pg_total_relation_size(relid))::bigint from pg_partition_tree(%s) where isleaf", [table]
        )
        found = cursor.fetchone()[0]
        if found is None:
            cursor.execute("select pg_total_relation_size(%s::regclass)", [table])
            found = cursor.fetchone()[0]
    return int(found)


def _scalar(statement: str, params: Any = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.fetchone()[0])


def _question(one: Question, *, rounds: int) -> dict[str, Any]:
    """Time our SQL against the hand's in turn, on a warm cache; both must count the same."""
    condition = parse(one.where, place=Place.SEGMENT)
    compiled = compile_for_people(WORKSPACE, condition, now=NOW)
    statement, params = compiled.select("count(*)", where=compiled.held[0]), compiled.params()
    count = agree(ours=_scalar(statement, params), by_hand=_scalar(one.by_hand))
    times = interleave(
        {
            "ours": partial(_ms, partial(_scalar, statement, params)),
            "by_hand": partial(_ms, partial(_scalar, one.by_hand)),
        },
        rounds=rounds,
    )
    looks = [preview(WORKSPACE, one.where, now=NOW, seed=seed) for seed in range(4)]
    return {
        "count": count,
        "ours_ms": median(times["ours"]),
        "by_hand_ms": median(times["by_hand"]),
        "preview_ms": median([look.took_ms for look in looks]),
        "preview_exact": looks[0].exact,
        "preview_error": looks[0].error,
        "preview_off": max(abs(look.count - count) for look in looks),
    }


def _looking() -> dict[str, float]:
    where = QUESTIONS[-1].where
    return {
        "funnel_ms": _ms(lambda: funnel(WORKSPACE, where, now=NOW)),
        "reachable_ms": _ms(lambda: reachable(WORKSPACE, where, now=NOW)),
        "sample_ms": _ms(lambda: sample(WORKSPACE, where, now=NOW)),
    }


def _standing(count: int) -> dict[str, Any]:
    """Let segments of the usual kinds stand with their members, in place of those of an earlier run.

    By SQL alone, ten segments at a time: a hundred of them told event by event would take an hour.
    """
    start = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("truncate audiences_membership, audiences_recheck")
        Segment.objects.update(live=None, computed=None)
        Segment.objects.all().delete()
        cursor.execute(INDEXES)
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"drop index {name}")
        cursor.execute("set local session_replication_role = replica")  # else each row looks its segment up
        made = [(_define(f"s{number}", where), where) for number, where in enumerate(variants(count))]
        for first in range(0, count, AT_ONCE):
            _enter(made[first : first + AT_ONCE])
        for _, definition in indexes:
            cursor.execute(definition)
    recount()
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze audiences_membership")
    return {"segments": count, "members": Membership.objects.count(), "seconds": time.perf_counter() - start}


def _recompute() -> dict[str, Any]:
    """Judge everybody by all segments, as the nightly check does, twice: the first time says when people are due.

    Two processes share the segments. What stands is right, so nobody may be found to differ. `cpu_s` is what the
    server's processes worked the second time, however many others the machine had.
    """
    ids = [one.id for one in live(WORKSPACE).segments]
    first, (again, cpu) = _by_two(ids)[0], _by_two(ids)
    agree(differences=_scalar("select count(*) from audiences_recheck where due_at <= %s", [NOW]), expected=0)
    due = _scalar("select count(*) from audiences_recheck")
    Segment.objects.filter(pk__in=ids[JUDGED_BY:]).update(live=None)
    return {"segments": len(ids), "first_s": first, "seconds": again, "cpu_s": cpu, "due": due}


def _by_two(ids: Sequence[int]) -> tuple[float, float]:
    connection.close()
    start = time.perf_counter()
    with get_context("fork").Pool(2) as workers:
        cpu = sum(workers.map(_find, ids, chunksize=1))
    return time.perf_counter() - start, cpu


def _find(segment_id: int) -> float:
    """Find who differs; return the CPU seconds that the server's process needed. Two of them fill two cores."""
    one = live(WORKSPACE).get(segment_id)
    assert one is not None
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local max_parallel_workers_per_gather = 0")
        server = Meter()
        backend = [psutil.Process(connection.connection.info.backend_pid)]
        server.spent(backend)
        took = _seconds(lambda: find_differences(WORKSPACE, one, now=NOW))
        if took > SLOW_S:
            print(f"  {took:.1f} s: {one.condition.as_json()}", file=sys.stderr, flush=True)
        return server.spent(backend)


def _define(key: str, where: dict[str, Any]) -> Segment:
    definition = {"key": key, "name": key, "kind": "dynamic", "where": parse(where, place=Place.SEGMENT).as_json()}
    segment = Segment.objects.create(workspace_id=WORKSPACE, key=key, name=key, created_at=NOW, updated_at=NOW)
    given = {"definition": definition, "sha256": digest(definition), "author": "bench", "created_at": NOW}
    version = SegmentVersion.objects.create(segment=segment, number=1, **given)
    segment.live = segment.computed = version
    segment.save()
    return segment


def _enter(made: Sequence[tuple[Segment, dict[str, Any]]]) -> None:
    conditions = [parse(where, place=Place.SEGMENT) for _, where in made]
    compiled = compile_for_people(WORKSPACE, *conditions, now=NOW)
    held = ", ".join(f"{one} as h{number}" for number, one in enumerate(compiled.held))
    values = ", ".join(f"({segment.pk}, h{number})" for number, (segment, _) in enumerate(made))
    with connection.cursor() as cursor:
        cursor.execute(ENTER.format(judged=compiled.select(f"p.id, {held}"), values=values), compiled.params())


ENTER = """
insert into audiences_membership (segment_id, workspace_id, person_id, entered_at)
select v.segment, %(workspace)s, j.id, %(now)s from ({judged}) as j
cross join lateral (values {values}) as v(segment, held) where v.held
"""
INDEXES = """
select indexname, indexdef from pg_indexes
where tablename = 'audiences_membership' and indexname <> 'audiences_membership_pkey'
"""


def _membership() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze audiences_membership")
    rows = Membership.objects.filter(left_at=None).values_list("segment__key", flat=True)
    key = max(set(rows[:200_000].iterator()), key=lambda key: count_members(WORKSPACE, key))
    times = [_ms(lambda: count_members(WORKSPACE, key)) for _ in range(5)]
    return {"members": count_members(WORKSPACE, key), "ms": median(times)}


def _rejudge(batches: int) -> dict[str, Any]:
    """Judge 500 touched people at a time: by the interpreter, as the drain does, and by SQL for the same people."""
    catalogue = live(WORKSPACE)
    judging = [one for one in catalogue.segments if one.needs.event_names][:JUDGED_BY]
    names = frozenset(name for one in judging for name in one.needs.event_names)
    touched_by = len(catalogue.reading(Touch(event_names=names)))
    people = [draw(WORKSPACE, seed=seed + 1, size=BATCH).ids for seed in range(batches)]
    times = interleave(
        {
            "interpreter": partial(_by_interpreter, people, names),
            "sql": partial(_by_sql, people, catalogue.segments),
        },
        rounds=3,
    )
    each = batches * BATCH * touched_by
    return {
        "segments": touched_by,
        "interpreter_us": min(times["interpreter"]) * 1e6 / each,
        "sql_us": min(times["sql"]) * 1e6 / each,
        "ready": how_far(Segment.objects.first()).state,
    }


def _by_interpreter(people: list[list[Any]], names: frozenset[str]) -> float:
    start = time.perf_counter()
    gc.disable()  # as the drain does
    for batch in people:
        with transaction.atomic():
            rejudge(WORKSPACE, {i: Touch(event_names=names, at=NOW) for i in batch}, now=NOW)
    gc.enable()
    return time.perf_counter() - start


def _by_sql(people: list[list[Any]], segments: Any) -> float:
    start = time.perf_counter()
    for batch in people:
        for one in segments:
            verdicts(compile_for_people(WORKSPACE, one.condition, now=NOW, people=batch, with_changes=one.timed))
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.crowd_measures", description=__doc__)
    parser.add_argument("people", type=int)
    parser.add_argument("events", type=int)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--segments", type=int, default=0, help="how many stand (default 100, or 10)")
    parser.add_argument("--told-in", type=Path, help="the file in which figures are kept, stage by stage")
    parser.add_argument("--only", default="", help="names of stages, with commas between them")
    asked = parser.parse_args()
    size = Size(people=asked.people, events=asked.events)
    only = [name for name in asked.only.split(",") if name]
    print(json.dumps(measure(size, quick=asked.quick, only=only, segments=asked.segments, told_in=asked.told_in)))


if __name__ == "__main__":
    main()
