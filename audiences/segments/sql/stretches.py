"""`held` as SQL: since when a trait leaf has been true without a break, from what the trait was said to be."""

from audiences.conditions import Held
from audiences.segments.sql.comparing import compared, turn
from audiences.segments.sql.operators import Place
from audiences.segments.sql.statement import Statement

_SIGNS = {"at_least": "<=", "less_than": ">"}


def held(made: Statement, leaf: Held) -> str:
    """Return whether the stretch that lasts is long, or short, enough."""
    since, now = _since(made, leaf), made.subject.now
    made.change(f"({since} + {made.seconds(leaf.duration)})")
    return f"({since} {_SIGNS[leaf.form]} {now} - {made.seconds(leaf.duration)})"


def _since(made: Statement, leaf: Held) -> str:
    """Return since when the leaf has been true; null where it is not.

    Where the leaf holds for a missing trait, it does from the day on which the person was first seen.
    """
    alias, now = made.next_alias(), made.subject.now
    moments = f"""select *, max(at) filter (where not ok) over (partition by k) as broken
        from ({_moments(made, leaf)}) x"""
    made.join(
        f"""select k, min(at) filter (where at <= now) as first, max(broken) as broken,
        min(at) filter (where ok and (broken is null or at > broken)) as since, min(at) filter (where at > now) as ahead
        from ({moments}) y group by 1""",
        alias,
    )
    made.change(f"{alias}.ahead")
    if not leaf.leaf.operator.when_missing:
        return f"{alias}.since"
    return f"""(case when {alias}.broken is null and p.first_seen <= {now}
        and ({alias}.first is null or p.first_seen < {alias}.first) then p.first_seen else {alias}.since end)"""


def _moments(made: Statement, leaf: Held) -> str:
    """Return the instants at which the answer may turn: a word, or an age that is reached before the next word.

    `ok` is null for what lies ahead.
    """
    subject = made.subject
    name = made.param(leaf.top)
    words = f"""select {subject.told_key} as k, h.at, h.value, {subject.now} as now,
        lead(h.at) over (partition by {subject.told_key} order by h.at) as until
        from {subject.told} where {subject.told_where} and h.name = {name}"""
    value, text = made.path("h.value", leaf.leaf.name.partition(".")[2])
    source = f"{subject.told} where {subject.told_where} and h.name = {name}"
    here = Place(value=value, text=text, source=source, now="m.at")
    instants = "values (h.at)"
    if at := turn(made, here, leaf.leaf):
        instants += f", (case when {at} > h.at and ({at} < h.until or h.until is null) then {at} end)"
    ok = f"case when m.at <= h.now then {compared(made, here, leaf.leaf)} is true end"
    return f"""select h.k, m.at, h.now, {ok} as ok
        from ({words}) h cross join lateral ({instants}) m(at) where m.at is not null"""
