"""`sequence` as SQL: one sorted pass per step over the same rows, each finding the latest step before."""

from audiences.conditions import InOrder, Step
from audiences.segments.sql.comparing import compared, place, turn
from audiences.segments.sql.statement import Statement

WINDOW = "(partition by k order by t, id rows between unbounded preceding and 1 preceding)"


def sequence(made: Statement, leaf: InOrder) -> str:
    """Return whether some chain of the steps is in sight.

    `s0`, `s1`, … say of a row that it ends a chain of so many steps, and when the latest such chain begins.
    """
    alias, subject = made.next_alias(), made.subject
    rows = _rows(made, leaf)
    for number, step in enumerate(leaf.steps):
        rows = f"select x.*, {_begins(made, step, number)} as s{number} from ({rows}) x"
    made.join(f"select k, max(s{len(leaf.steps) - 1}) as s, min(ahead) as ahead from ({rows}) x group by 1", alias)
    made.change(f"{alias}.ahead")
    if leaf.within is not None:
        made.change(f"({alias}.s + {made.seconds(leaf.within)})")
    assert subject.key  # every subject joins by its key
    return f"({alias}.s is not null)"


def _begins(made: Statement, step: Step, number: int) -> str:
    if not number:
        return "case when m0 then t end"
    before = f"s{number - 1}"
    near = ""
    if step.within is not None:
        latest = f"max(case when {before} is not null then t end) over {WINDOW}"
        near = f" and t <= {latest} + {made.seconds(step.within)}"
    return f"case when m{number}{near} then max({before}) over {WINDOW} end"


def _rows(made: Statement, leaf: InOrder) -> str:
    """Return the events of any step in sight, each with the steps that it may be."""
    subject, now = made.subject, made.subject.now
    names = made.param(sorted({step.event for step in leaf.steps}))
    where = f"{subject.event_where} and e.name = any({names})"
    if leaf.within is not None:
        where += f" and e.event_time > {now} - {made.seconds(leaf.within)}"
    source = f"{subject.events} where {where}"
    if not made.with_changes:
        where += f" and e.event_time <= {now}"
    meets = ", ".join(
        f"{_meets(made, step, source)} and e.event_time <= {now} as m{number}" for number, step in enumerate(leaf.steps)
    )
    return f"""select {subject.event_key} as k, e.event_time as t, e.id, {meets}, {_ahead(made, leaf)} as ahead
        from {subject.events} where {where}"""


def _meets(made: Statement, step: Step, source: str) -> str:
    tests = [compared(made, place(made, "e.properties", test, source), test) for test in step.where]
    return " and ".join([f"e.name = {made.param(step.event)}", *tests])


def _ahead(made: Statement, leaf: InOrder) -> str:
    if not made.with_changes:
        return "null::timestamptz"
    turns = [turn(made, place(made, "e.properties", test, ""), test) for step in leaf.steps for test in step.where]
    at = ["e.event_time", *(found for found in turns if found)]
    return f"least({', '.join(f'case when {one} > {made.subject.now} then {one} end' for one in at)})"
