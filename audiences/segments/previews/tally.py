"""Counts the people for whom tests hold: everybody where that is cheap, else a sample, and says which."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.utils import OperationalError
from psycopg.errors import QueryCanceled

from audiences.conditions import Condition, Segment
from audiences.segments.previews.drawing import MANY, Draw, count_people, draw
from audiences.segments.sql import Compiled, compile_for_people

PATIENCE_MS: Final = 300
"""How long counting everybody may take before a sample answers instead."""

DEAREST: Final = 120_000
"""The planner's cost of a statement that is not even tried: it would take longer than that."""

DEAREST_PAST: Final = 25_000
"""The same where events are read, since a sample answers sooner than the whole: a tenth of a second is the aim."""

Tests = Callable[[Sequence[str]], list[str]]
"""From the SQL of the conditions to the SQL of what is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One number per test, each with its error at 95 % (0 where everybody was judged)."""

    counts: tuple[int, ...]
    errors: tuple[int, ...]
    exact: bool
    people: int
    asked: int


class TooLong(Exception):
    """The database did not answer within the time that was given."""


def tally(workspace_id: int, conditions: Sequence[Condition], tests: Tests, *, now: datetime, seed: int = 0) -> Tally:
    """Count by every test, over everybody if that is cheap, else over a sample."""
    people = count_people(workspace_id)
    try:
        counts = _of_everybody(workspace_id, conditions, tests, now=now, people=people)
    except TooLong:
        return _of_some(workspace_id, conditions, tests, now=now, drawn=draw(workspace_id, seed=seed))
    return Tally(counts=counts, errors=(0,) * len(counts), exact=True, people=people, asked=people)


def matching(
    workspace_id: int, condition: Condition, *, now: datetime, most: int, seed: int = 0
) -> tuple[list[UUID], Draw | None]:
    """Return everybody who satisfies the condition if they are cheap to find and `most` at most, and no draw.

    Else those of a sample who do, and the sample.
    """
    try:
        compiled = compile_for_people(workspace_id, condition, now=now)
        if count_people(workspace_id) > MANY:
            _refuse_dear(compiled, compiled.select("p.id", where=compiled.holds[0]))
        found = _found(compiled, most + 1)
        if len(found) <= most:
            return [person_id for (person_id,) in found], None
    except TooLong:
        pass
    drawn = draw(workspace_id, seed=seed)
    return among(workspace_id, condition, drawn, now=now), drawn


def some(workspace_id: int, condition: Condition, *, now: datetime, size: int, seed: int = 0) -> list[UUID]:
    """Return up to `size` people who satisfy the condition, from everybody if they are cheap to find."""
    compiled = compile_for_people(workspace_id, condition, now=now)
    try:
        return [found for (found,) in _found(compiled, size)]
    except TooLong:
        return among(workspace_id, condition, draw(workspace_id, seed=seed), now=now)[:size]


def among(workspace_id: int, condition: Condition, drawn: Draw, *, now: datetime) -> list[UUID]:
    """Return those of the drawn people who satisfy the condition, in the order of the draw."""
    compiled = _compiled(workspace_id, [condition], drawn, now=now)
    found = {person_id for (person_id,) in _answers(compiled, compiled.select("p.id", where=compiled.holds[0]))}
    return [person_id for person_id in drawn.ids if person_id in found]


def _found(compiled: Compiled, most: int) -> list[tuple[Any, ...]]:
    return _answers(compiled, compiled.select("p.id", where=f"{compiled.holds[0]} limit {most}"), ms=PATIENCE_MS)


def _compiled(workspace_id: int, conditions: Sequence[Condition], drawn: Draw, *, now: datetime) -> Compiled:
    if drawn.stretch:
        return compile_for_people(workspace_id, *conditions, now=now, stretch=drawn.stretch)
    return compile_for_people(workspace_id, *conditions, now=now, people=drawn.ids)


def of_everybody(workspace_id: int, conditions: Sequence[Condition], tests: Tests, *, now: datetime) -> tuple[int, ...]:
    """Count by every test over everybody, however long it takes."""
    compiled = compile_for_people(workspace_id, *conditions, now=now)
    return tuple(_answers(compiled, _counting(compiled, tests))[0])


def _of_everybody(
    workspace_id: int, conditions: Sequence[Condition], tests: Tests, *, now: datetime, people: int
) -> tuple[int, ...]:
    if len(conditions) == 1 and isinstance(only := conditions[0], Segment):
        return (count_members(workspace_id, only.key),) * len(tests(["true"]))
    compiled = compile_for_people(workspace_id, *conditions, now=now)
    statement = _counting(compiled, tests)
    if people > MANY:
        _refuse_dear(compiled, statement)
    return tuple(_answers(compiled, statement, ms=PATIENCE_MS)[0])


def _of_some(workspace_id: int, conditions: Sequence[Condition], tests: Tests, *, now: datetime, drawn: Draw) -> Tally:
    compiled = _compiled(workspace_id, conditions, drawn, now=now)
    found = _answers(compiled, _counting(compiled, tests))[0]
    return Tally(
        counts=tuple(drawn.scaled(n) for n in found),
        errors=tuple(drawn.error(n) for n in found),
        exact=drawn.whole,
        people=drawn.people,
        asked=len(drawn.ids),
    )


def _counting(compiled: Compiled, tests: Tests) -> str:
    """One test stands in the WHERE, where the planner can use it; several are counted side by side.

    Each condition is judged once a person then, however many tests name it (`offset 0` keeps it apart).
    """
    alone = tests(compiled.held)
    if len(alone) == 1:
        return compiled.select("count(*)", where=alone[0])
    names = [f"h{place}" for place in range(len(compiled.held))]
    judged = ", ".join(f"{held} as {name}" for held, name in zip(compiled.held, names, strict=True))
    counts = ", ".join(f"count(*) filter (where {test})" for test in tests(names))
    return f"select {counts} from ({compiled.select(judged)} offset 0) judged"  # noqa: S608 (no value stands in it)


def count_members(workspace_id: int, key: str) -> int:
    """Return how many people are in a segment now, as triggers keep it."""
    with connection.cursor() as cursor:
        cursor.execute(MEMBERS, [workspace_id, key])
        return int(cursor.fetchone()[0])


def _refuse_dear(compiled: Compiled, statement: str) -> None:
    """Raise TooLong where it is plain beforehand; texts that patterns match would have to be read, all of them."""
    if compiled.made.patterns:
        raise TooLong
    with connection.cursor() as cursor:
        cursor.execute("explain (format json) " + statement, compiled.params())
        (plan,) = cursor.fetchone()
    plan = json.loads(plan) if isinstance(plan, str) else plan
    if plan[0]["Plan"]["Total Cost"] > (DEAREST_PAST if compiled.reads_events else DEAREST):
        raise TooLong


def _answers(compiled: Compiled, statement: str, *, ms: int = 0) -> list[tuple[Any, ...]]:
    """Run the statement, within `ms` milliseconds if given; raises TooLong."""
    with patience(ms), connection.cursor() as cursor:
        cursor.execute(statement, compiled.params())
        return list(cursor.fetchall())


@contextmanager
def patience(ms: int) -> Iterator[None]:
    """Let no statement of the block run longer than `ms` milliseconds; raises TooLong. 0 is as long as it takes."""
    if not ms:
        yield
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select current_setting('statement_timeout')")
            (before,) = cursor.fetchone()
            cursor.execute(LIMIT, [str(ms)])
            yield
            cursor.execute(LIMIT, [before])  # the transaction around this one goes on as it was
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        raise TooLong from error


LIMIT: Final = "select set_config('statement_timeout', %s, true)"
MEMBERS: Final = """
select coalesce(sum(h.n), 0) from audiences_headcount h
where h.segment_id = (select g.id from audiences_segment g where g.workspace_id = %s and g.key = %s)
"""
