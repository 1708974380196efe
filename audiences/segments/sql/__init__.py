"""Conditions as parameterised SQL: for all people of a workspace, for some of them, or for events at hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from audiences.conditions import Condition
from audiences.segments.sql.leaves import changes, expression
from audiences.segments.sql.scans import share
from audiences.segments.sql.statement import A_STRETCH, ALL_PEOPLE, THESE_EVENTS, THESE_PEOPLE, Statement, Subject

__all__ = ["Compiled", "compile_for_events", "compile_for_people", "members", "verdicts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """Conditions in SQL, one expression each, over the same rows: `source`, `where`, known by `key`.

    `held` is true or false, to be shown; `holds` may be null where it does not, and is what a WHERE should ask.
    """

    key: str
    held: tuple[str, ...]
    holds: tuple[str, ...]
    changes: str
    source: str
    where: str
    made: Statement

    @property
    def reads_events(self) -> bool:
        """Whether the past is read, and not only who people are."""
        return " audiences_event " in self.source

    def select(self, columns: str, *, where: str = "true") -> str:
        """Return a SELECT over the subjects; give it `params()`."""
        return f"select {columns} from {self.source} where {self.where} and {where}"

    def params(self) -> dict[str, Any]:
        return self.made.params()


def compile_for_people(
    workspace_id: int,
    *conditions: Condition,
    now: datetime,
    people: Sequence[UUID] | None = None,
    stretch: tuple[UUID, UUID] | None = None,
    with_changes: bool = False,
) -> Compiled:
    """Compile conditions over people (Place.SEGMENT): all of the workspace, or only `people`.

    Or those of a `stretch`: whose ids lie between two, with both.
    """
    subject = A_STRETCH if stretch else ALL_PEOPLE if people is None else THESE_PEOPLE
    made = Statement(
        subject=subject,
        workspace_id=workspace_id,
        now=now,
        people=list(people or ()),
        stretch=stretch,
        with_changes=with_changes,
    )
    return _compiled(made, subject, conditions)


def compile_for_events(workspace_id: int, *conditions: Condition, events: Sequence[UUID], now: datetime) -> Compiled:
    """Compile conditions with an event at hand (Place.EVENT): each of `events`, at its own time."""
    made = Statement(subject=THESE_EVENTS, workspace_id=workspace_id, now=now, events=list(events))
    return _compiled(made, THESE_EVENTS, conditions)


def _compiled(made: Statement, subject: Subject, conditions: Sequence[Condition]) -> Compiled:
    share(made, conditions)
    holds = tuple(expression(made, condition) for condition in conditions)
    held = tuple(f"({one} is true)" for one in holds)
    until = changes(made)
    source = "\n".join((subject.source, *made.joins, *(scan.join() for scan in made.scans)))
    return Compiled(
        key=subject.key, held=held, holds=holds, changes=until, source=source, where=subject.where, made=made
    )


def verdicts(compiled: Compiled) -> dict[UUID, tuple[bool, ...]]:
    """Return, for each person or event, whether each condition holds."""
    with connection.cursor() as cursor:
        cursor.execute(compiled.select(f"{compiled.key}, {', '.join(compiled.held)}"), compiled.params())
        return {key: tuple(held) for key, *held in cursor.fetchall()}


def members(compiled: Compiled) -> set[UUID]:
    """Return those for whom the first condition holds."""
    with connection.cursor() as cursor:
        cursor.execute(compiled.select(compiled.key, where=compiled.holds[0]), compiled.params())
        return {key for (key,) in cursor.fetchall()}
