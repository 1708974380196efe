"""Each node of a condition as SQL; the counterpart of the classes in `audiences.conditions`."""

from collections.abc import Callable
from typing import Any, Final

from audiences.conditions import (
    OPERATORS as MEANINGS,
)
from audiences.conditions import (
    All,
    AnyOf,
    Comparison,
    Condition,
    Did,
    EventName,
    Not,
    Property,
    Segment,
    Trait,
    durations,
)
from audiences.conditions.happenings import THRESHOLDS
from audiences.segments.sql.operators import OPERATORS, Place
from audiences.segments.sql.statement import Statement

_SIGNS: Final = {"at_least": ">=", "at_most": "<=", "exactly": "=", "less_than": "<", "more_than": ">"}


def expression(made: Statement, condition: Condition) -> str:
    """Return the condition as an SQL expression that is true or false, never null."""
    return NODES[type(condition)](made, condition)


def _all(made: Statement, node: All) -> str:
    return "(" + " and ".join(expression(made, child) for child in node.children) + ")"


def _any(made: Statement, node: AnyOf) -> str:
    return "(" + " or ".join(expression(made, child) for child in node.children) + ")"


def _not(made: Statement, node: Not) -> str:
    return f"(not {expression(made, node.child)})"


def _trait(made: Statement, node: Trait) -> str:
    at = _place(made, "p.traits", node, f"{made.subject.source} where {made.subject.where}")
    _note_change(made, at, node)
    return _compared(made, at, node)


def _property(made: Statement, node: Property) -> str:
    column = made.subject.at_hand
    if column is None:
        raise TypeError("a property at hand cannot be judged where no event is at hand")
    source = f"{made.subject.source} where {made.subject.where}"
    return _compared(made, _place(made, column, node, source), node)


def _place(made: Statement, column: str, node: Comparison, source: str) -> Place:
    value, text = made.path(column, node.name)
    return Place(value=value, text=text, source=source)


def _compared(made: Statement, at: Place, node: Comparison) -> str:
    return f"(({OPERATORS[node.op](made, at, node.limit)}) is true)"


def _event_name(made: Statement, node: EventName) -> str:
    return f"(normalize({made.subject.event_name}, NFC) = any({made.param(list(node.names))}))"


def _segment(made: Statement, node: Segment) -> str:
    return f"""(p.id in (
        select m.person_id from audiences_membership m join audiences_segment g on g.id = m.segment_id
        where g.workspace_id = %(workspace)s and g.key = {made.param(node.key)} and m.left_at is null))"""


def _did(made: Statement, node: Did) -> str:
    """Count in a join of its own, so that all people are counted in one pass over the events."""
    subject, alias = made.subject, f"d{len(made.joins)}"
    rows = f"{subject.event_where} and e.name = {made.param(node.event)}{_after_start(made, node)}"
    where, counted = _where(made, node, f"{subject.events} where {rows}"), f"e.event_time <= {subject.now}"
    if _is_relative(node):
        counted += f" and {where}"
    else:
        rows += f" and {where}"
    columns = f"{subject.event_key} as k, count(*) filter (where {counted}) as n"
    if made.with_changes:
        columns += f", {_next_of(made, node, counted)} as at"
        made.change(f"{alias}.at")
    else:
        rows += f" and {counted}"
    counts = f"select {columns} from {subject.events} where {rows} group by 1"
    made.joins.append(f"left join ({counts}) {alias} on {alias}.k = {subject.key}")
    return f"(coalesce({alias}.n, 0) {_SIGNS[node.times]} {made.param(node.n)})"


def _after_start(made: Statement, node: Did) -> str:
    return "" if node.within is None else f" and e.event_time > {made.subject.now} - {made.seconds(node.within)}"


def _where(made: Statement, node: Did, source: str) -> str:
    return (
        " and ".join(_compared(made, _place(made, "e.properties", leaf, source), leaf) for leaf in node.where) or "true"
    )


def _is_relative(node: Did) -> bool:
    return any(MEANINGS[leaf.op].flips_at for leaf in node.where)


def _next_of(made: Statement, node: Did, counted: str) -> str:
    """Return when the count may cross its limit: an event leaves the window, one comes due, or a `where` turns."""
    now = made.subject.now
    moments = [f"min(e.event_time) filter (where e.event_time > {now})"]
    if node.within is not None:
        moments.append(f"{_lapse(node, counted)} + {made.seconds(node.within)}")
    moments += [
        f"min({turn}) filter (where {turn} > {now})"
        for leaf in node.where
        if (turn := _turn(made, _place(made, "e.properties", leaf, ""), leaf))
    ]
    if _is_relative(node) and node.within is not None:
        moments.append(f"min(e.event_time) + {made.seconds(node.within)}")
    return f"least({', '.join(moments)})"


def _lapse(node: Did, counted: str) -> str:
    """Return the event with whose leaving the answer may turn: the newest if only none at all makes a difference.

    Else the oldest of those that count, which is the earliest that can matter. Naming the exact one would need a sort
    per person; the sweep judges again at that instant, and then knows.
    """
    limits = [n for n in THRESHOLDS[node.times](node.n) if n > 0]
    if not limits:
        return "null::timestamptz"
    if limits == [1]:
        return f"max(e.event_time) filter (where {counted})"
    enough = f"count(*) filter (where {counted}) >= {min(limits)}"
    return f"case when {enough} then min(e.event_time) filter (where {counted}) end"


def _note_change(made: Statement, at: Place, node: Comparison) -> None:
    if made.with_changes and (turn := _turn(made, at, node)):
        made.change(turn)


def _turn(made: Statement, at: Place, node: Comparison) -> str:
    """Return when a relative comparison turns, as it passes the age that it asks for."""
    flips_at = MEANINGS[node.op].flips_at
    return f"({made.instant(at.text)} + {made.seconds(flips_at(node.limit))})" if flips_at else ""


def changes(made: Statement) -> str:
    """Return the next instant ahead at which time alone may turn the answer, null if there is none."""
    ahead = [
        f"case when {at} > {made.subject.now} and {at} < {made.subject.now} + {made.seconds(durations.LONGEST)} "
        f"then {at} end"
        for at in made.changes
    ]
    return f"least({', '.join(ahead)})" if ahead else "null::timestamptz"


NODES: Final[dict[type[Condition], Callable[[Statement, Any], str]]] = {
    All: _all,
    AnyOf: _any,
    Not: _not,
    Trait: _trait,
    Property: _property,
    EventName: _event_name,
    Segment: _segment,
    Did: _did,
}
