"""One comparison as SQL: where its value stands, whether it holds, and when time alone turns it."""

from audiences.conditions import OPERATORS as MEANINGS
from audiences.conditions import Comparison
from audiences.segments.sql.operators import OPERATORS, Place
from audiences.segments.sql.statement import Statement


def place(made: Statement, column: str, leaf: Comparison, source: str) -> Place:
    """Return where the leaf's value stands below `column`; `source` are the rows that it comes from (for patterns)."""
    value, text = made.path(column, leaf.name)
    return Place(value=value, text=text, source=source)


def compared(made: Statement, at: Place, leaf: Comparison) -> str:
    """Return the comparison: true where it holds, false or null where it does not."""
    return f"({OPERATORS[leaf.op](made, at, leaf.limit)})"


def turn(made: Statement, at: Place, leaf: Comparison) -> str:
    """Return when a relative comparison turns, as it passes the age that it asks for; empty for the others."""
    flips_at = MEANINGS[leaf.op].flips_at
    return f"({made.instant(at.text)} + {made.seconds(flips_at(leaf.limit))})" if flips_at else ""
