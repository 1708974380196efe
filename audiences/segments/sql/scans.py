"""Passes over the events: one for all leaves that count or measure in windows, one each for the others."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TypeGuard

from audiences.conditions import Condition, Did, Measured, Past
from audiences.segments.sql.comparing import compared, place, turn
from audiences.segments.sql.statement import Statement


class Scan:
    """One pass over the events of some names, grouped by subject, into which its leaves put their aggregates.

    Rows that lie ahead are there only where changes are asked for.
    """

    def __init__(self, made: Statement, leaves: Sequence[Past], reach: timedelta | None) -> None:
        self.made, self.reach = made, reach
        self.names = sorted({leaf.event for leaf in leaves})
        self.is_shared = len(leaves) > 1
        self.alias = made.next_alias()
        self.columns: list[str] = []
        self.parts: list[list[str]] = []

    @property
    def where(self) -> str:
        """What the rows have in common, and that each belongs to one of the leaves."""
        made, subject = self.made, self.made.subject
        tests = [subject.event_where, named(made, self.names)]
        if self.reach is not None:
            tests.append(younger(made, self.reach))
        if not made.with_changes:
            tests.append(f"e.event_time <= {subject.now}")
        if all(self.parts) and any(len(part) > (len(self.names) > 1) for part in self.parts):
            tests.append("(" + " or ".join(f"({' and '.join(part)})" for part in self.parts) + ")")
        return " and ".join(tests)

    def column(self, aggregate: str) -> str:
        """Add an aggregate; return its name."""
        self.columns.append(f"{aggregate} as c{len(self.columns)}")
        return f"{self.alias}.c{len(self.columns) - 1}"

    def join(self) -> str:
        """Return the join that brings the aggregates, one row per subject that has any event."""
        subject = self.made.subject
        columns = ", ".join((f"{subject.event_key} as k", *self.columns))
        rows = f"select {columns} from {subject.events} where {self.where} group by 1"
        return f"left join ({rows}) {self.alias} on {self.alias}.k = {subject.key}"


def share(made: Statement, conditions: Iterable[Condition]) -> None:
    """Let all leaves that count or measure in windows be answered by one pass, as far back as the longest looks."""
    leaves = [leaf for condition in conditions for leaf in condition.leaves() if _is_sharing(leaf)]
    if leaves:
        reaches = [leaf.reach for leaf in leaves]
        longest = None if None in reaches else max(reach for reach in reaches if reach is not None)
        made.shared = Scan(made, leaves, longest)
        made.scans.append(made.shared)


def _is_sharing(leaf: Condition) -> TypeGuard[Past]:
    return isinstance(leaf, Measured) or (isinstance(leaf, Did) and not leaf.is_tallied)


def named(made: Statement, names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"e.name = {made.param(names[0])}"
    return f"e.name = any({made.param(list(names))})"


def younger(made: Statement, age: timedelta) -> str:
    return f"e.event_time > {made.subject.now} - {made.seconds(age)}"


class Rows:
    """The rows of a scan that are one leaf's, and which of them count now.

    `where` is tested per aggregate where time may turn it or where others share the scan, else it narrows the rows.
    """

    def __init__(self, made: Statement, leaf: Past, reach: timedelta | None) -> None:
        subject = made.subject
        shared = made.shared if _is_sharing(leaf) else None
        self.made, self.leaf = made, leaf
        self.scan = shared or Scan(made, [leaf], reach)
        source = [subject.event_where, named(made, [leaf.event])] + ([] if reach is None else [younger(made, reach)])
        self.source = f"{subject.events} where {' and '.join(source)}"
        tests = [compared(made, place(made, "e.properties", test, self.source), test) for test in leaf.where]
        own = self._apart(reach) + ([] if leaf.is_relative else tests)
        self.scan.parts.append(own)
        self.own = own if self.scan.is_shared else []
        self.counted = [*self.own, *(tests if leaf.is_relative else ())]
        if made.with_changes:
            self.counted.append(f"e.event_time <= {subject.now}")

    def _apart(self, reach: timedelta | None) -> list[str]:
        """Return what tells the leaf's rows from those of others in the same scan."""
        found = [named(self.made, [self.leaf.event])] if len(self.scan.names) > 1 else []
        if reach is not None and reach != self.scan.reach:
            found.append(younger(self.made, reach))
        return found

    def counting(self, aggregate: str, *more: str) -> str:
        """Return the aggregate over the rows that count now."""
        return _filtered(aggregate, *self.counted, *more)

    def ahead(self) -> list[str]:
        """Return the aggregates that say when the next event comes due, and when the next `where` turns."""
        turns = [turn(self.made, place(self.made, "e.properties", test, ""), test) for test in self.leaf.where]
        return [self.next(at) for at in ("e.event_time", *turns) if at]

    def ages(self, *ages: timedelta) -> list[str]:
        """Return the aggregates that say when the next event reaches each of the ages."""
        return [self.next(f"e.event_time + {age}") for age in map(self.made.seconds, ages)]

    def next(self, at: str) -> str:
        """Return the aggregate that says which is the next of these instants."""
        return _filtered(f"min({at})", *self.own, f"{at} > {self.made.subject.now}")

    def column(self, aggregate: str) -> str:
        """Add an aggregate of the rows to the scan; return its name."""
        self._take_part()
        return self.scan.column(aggregate)

    def change(self, instants: Iterable[str]) -> None:
        """Note the instants (aggregates) at which the answer may turn."""
        if self.made.with_changes and (found := list(instants)):
            self.made.change(self.column(f"least({', '.join(found)})"))

    def _take_part(self) -> None:
        if self.scan not in self.made.scans:
            self.made.scans.append(self.scan)


def _filtered(aggregate: str, *tests: str) -> str:
    return f"{aggregate} filter (where {' and '.join(tests)})" if tests else aggregate
