"""Each node of a condition as SQL; the counterpart of the classes in `audiences.conditions`.

An expression is true where the node holds, and false or null where it does not: only `not`, and whoever shows the
answer, must tell the two apart.
"""

from collections.abc import Callable
from typing import Any, Final

from audiences.conditions import (
    All,
    AnyOf,
    Condition,
    Consent,
    Did,
    EventName,
    First,
    Held,
    InOrder,
    Last,
    Measured,
    Not,
    Property,
    Regularly,
    Returned,
    Segment,
    Stopped,
    Trait,
    durations,
)
from audiences.segments.sql import past
from audiences.segments.sql.comparing import compared, place, turn
from audiences.segments.sql.sequences import sequence
from audiences.segments.sql.statement import Statement
from audiences.segments.sql.stretches import held
from compliance.consent.consents import may_contact_sql


def expression(made: Statement, condition: Condition) -> str:
    """Return the condition as an SQL expression that is true where it holds."""
    return NODES[type(condition)](made, condition)


def _all(made: Statement, node: All) -> str:
    return "(" + " and ".join(expression(made, child) for child in node.children) + ")"


def _any(made: Statement, node: AnyOf) -> str:
    return "(" + " or ".join(expression(made, child) for child in node.children) + ")"


def _not(made: Statement, node: Not) -> str:
    return f"({expression(made, node.child)} is not true)"


def _trait(made: Statement, node: Trait) -> str:
    """Compare a trait. The planner takes half of all people to be found by `coalesce`, and one in 200 without it.

    Three such guesses make one person of a million, whom it then compares with each of those who did something.
    """
    at = place(made, "p.traits", node, f"{made.subject.source} where {made.subject.where}")
    if found := turn(made, at, node):
        made.change(found)
    return f"coalesce({compared(made, at, node)}, false)"


def _property(made: Statement, node: Property) -> str:
    column = made.subject.at_hand
    if column is None:
        raise TypeError("a property at hand cannot be judged where no event is at hand")
    return compared(made, place(made, column, node, f"{made.subject.source} where {made.subject.where}"), node)


def _event_name(made: Statement, node: EventName) -> str:
    return f"(normalize({made.subject.event_name}, NFC) = any({made.param(list(node.names))}))"


def _segment(made: Statement, node: Segment) -> str:
    return f"""(p.id in (
        select m.person_id from audiences_membership m join audiences_segment g on g.id = m.segment_id
        where g.workspace_id = %(workspace)s and g.key = {made.param(node.key)} and m.left_at is null
        {made.bounded("m.person_id")}))"""


def _consent(made: Statement, node: Consent) -> str:
    kind, among = (node.channel, node.purpose), made.bounded("person_id")
    return may_contact_sql("p.id", kind, workspace="%(workspace)s", param=made.param, among=among)


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
    Consent: _consent,
    Did: past.did,
    Measured: past.measure,
    InOrder: sequence,
    Last: past.last,
    Held: held,
    First: past.first,
    Stopped: past.stopped,
    Returned: past.returned,
    Regularly: past.regularly,
}
