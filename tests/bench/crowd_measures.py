"""Measures a crowd inside Django: `python -m tests.bench.crowd_measures PEOPLE EVENTS` prints JSON."""

import gc
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import django

django.setup()  # before the models below can be imported

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from audiences.conditions import Place, parse  # noqa: E402
from audiences.facts.touch import Touch  # noqa: E402
from audiences.segments import how_far, rejudge  # noqa: E402
from audiences.segments.catalogue import live  # noqa: E402
from audiences.segments.models import Membership, Segment, SegmentVersion  # noqa: E402
from audiences.segments.previews import funnel, preview, reachable, sample  # noqa: E402
from audiences.segments.previews.drawing import draw  # noqa: E402
from audiences.segments.previews.tally import count_members  # noqa: E402
from audiences.segments.recomputing import find_differences  # noqa: E402
from audiences.segments.sql import compile_for_people, verdicts  # noqa: E402
from compliance.access.models import Workspace  # noqa: E402
from config.kit import clock  # noqa: E402
from config.kit.versions import digest  # noqa: E402
from tests.bench.crowd import NOW, WORKSPACE, Size  # noqa: E402
from tests.bench.crowd_loading import load  # noqa: E402
from tests.bench.crowd_questions import QUESTIONS, Question, variants  # noqa: E402
from tests.bench.crowd_stream import capacity, computed_by_job, streamed  # noqa: E402
from tests.bench.kit import agree, interleave, median  # noqa: E402

BATCH = 500
JUDGED_BY = 20
SUSTAINED = 0.75
"""The part of what one drain manages that still leaves it time to catch up: the highest sustained rate."""


def measure(size: Size, *, quick: bool) -> dict[str, Any]:
    """Load the crowd and return all figures; each is told on the way, so that a run that is broken off says some."""
    call_command("migrate", verbosity=0)
    Workspace.objects.get_or_create(pk=WORKSPACE, defaults={"key": "bench", "name": "Bench", "created_at": NOW})
    told: dict[str, Any] = {"people": size.people, "events": size.events}
    for name, figure in _stages(size, quick=quick):
        told[name] = figure
        print(f"{size}: {name} = {json.dumps(figure)}", file=sys.stderr, flush=True)
    return told


def _stages(size: Size, *, quick: bool) -> Iterator[tuple[str, Any]]:
    yield "load_s", _seconds(lambda: load(os.environ["DATABASE_URL"], size))
    yield "bytes_per_event", _bytes("audiences_event") / size.events
    yield "bytes_per_person", _bytes("audiences_person") / size.people
    with clock.at(NOW):
        yield "questions", {one.name: _question(one, rounds=2) for one in QUESTIONS}
        yield "looking", _looking()
        yield "recompute", _recompute(10 if quick else 20)
        yield "membership", _membership()
        yield "rejudge", _rejudge(8 if quick else 20)
    yield "job", computed_by_job()
    yield "stream", streamed(seconds=5 if quick else 20, per_second=1_000)
    most = capacity(5_000 if quick else 20_000)
    yield "capacity", most
    yield "flood", streamed(seconds=5 if quick else 20, per_second=int(most * SUSTAINED))
    yield "rss_mb", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


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


def _recompute(count: int) -> dict[str, Any]:
    """Judge everybody by many segments whose members stand, as the nightly check does; every answer must be right."""
    for number, where in enumerate(variants(count)):
        _stand(f"s{number}", where)
    slowest, start = 0.0, time.perf_counter()
    for one in live(WORKSPACE).segments:
        with transaction.atomic():
            slowest = max(slowest, _seconds(lambda one=one: find_differences(WORKSPACE, one, now=NOW)))
    took = time.perf_counter() - start
    with connection.cursor() as cursor:
        cursor.execute("analyze audiences_membership, audiences_recheck")
    found = _scalar("select count(*) from audiences_recheck where due_at <= %s", [NOW])
    agree(differences=found, expected=0)
    members = _scalar("select count(*) from audiences_membership")
    return {"segments": count, "seconds": took, "slowest_s": slowest, "members": members}


def _stand(key: str, where: dict[str, Any]) -> None:
    """Store a segment with its members by SQL alone: a hundred of them told event by event would take an hour."""
    definition = {"key": key, "name": key, "kind": "dynamic", "where": parse(where, place=Place.SEGMENT).as_json()}
    segment = Segment.objects.create(workspace_id=WORKSPACE, key=key, name=key, created_at=NOW, updated_at=NOW)
    given = {"definition": definition, "sha256": digest(definition), "author": "bench", "created_at": NOW}
    version = SegmentVersion.objects.create(segment=segment, number=1, **given)
    segment.live = segment.computed = version
    segment.save()
    compiled = compile_for_people(WORKSPACE, parse(where, place=Place.SEGMENT), now=NOW)
    people = compiled.select("p.id", where=compiled.held[0])
    with connection.cursor() as cursor:
        cursor.execute(ENTER.format(people=people), compiled.params() | {"segment": segment.pk})


ENTER = """
insert into audiences_membership (segment_id, workspace_id, person_id, entered_at)
select %(segment)s, %(workspace)s, id, %(now)s from ({people}) as found
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


if __name__ == "__main__":
    given = Size(people=int(sys.argv[1]), events=int(sys.argv[2]))
    print(json.dumps(measure(given, quick="--quick" in sys.argv)))
