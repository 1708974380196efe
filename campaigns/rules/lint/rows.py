"""Checks of a decision table's rows: dead, never reached, twice the same, gaps, and outcomes that nothing leads to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from campaigns.rules.form import RuleForm, row_condition
from campaigns.rules.form.rows import Row
from campaigns.rules.form.table import Table
from campaigns.rules.lint.findings import Finding
from campaigns.rules.lint.leaves import MOMENT, VALUE, Key
from campaigns.rules.lint.space import EVERYTHING, Box, Space, Undecided, apart
from campaigns.rules.lint.witness import witness

MOST_STEPS: Final = 400_000
"""How many boxes the search for a gap may look at."""
MOST_OTHERS: Final = 5
_OF_TYPE: Final[Mapping[str, tuple[type, ...]]] = {
    "number": (int, float),
    "text": (str,),
    "truth": (bool,),
    "date": (str,),
    "list": (list,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """The rows for events of one name, in the order in which they are asked, with the boxes where each may hold."""

    space: Space
    boxes: Sequence[tuple[Box, ...]]

    def before(self, place: int) -> list[int]:
        """Return the earlier rows that have something in common with this one."""
        mine = self.boxes[place]
        return [at for at in range(place) if any(not apart(one, other) for one in mine for other in self.boxes[at])]

    def covered(self, place: int, by: Sequence[int]) -> bool:
        """Return whether other rows take all that this one could."""
        others = [box for at in by for box in self.boxes[at]]
        try:
            return all(self.space.left_over(box, others) is None for box in self.boxes[place])
        except Undecided:
            return False


def check_rows(form: RuleForm) -> Iterator[Finding]:
    """Yield what is to be said about the rows of a table; nothing for any other rule."""
    if form.table is None:
        return
    ordered = form.table.in_order
    grids = [_grid(form, ordered, name) for name in form.on]
    dead = {place for place in range(len(ordered)) if not any(grid.boxes[place] for grid in grids)}
    for place in sorted(dead):
        yield Finding(kind="row_dead", rules=(form.key,), rows=(ordered[place].number,), path=_path(ordered[place]))
    hidden = {place: _hidden(form.table, grids, place) for place in range(len(ordered)) if place not in dead}
    for place, others in hidden.items():
        if others:
            yield _about_row(form, ordered, place, others)
    if form.table.hit == "priority":
        yield from _ties(form, grids, [place for place, others in hidden.items() if not others])
    yield from _unreached(form, [row for at, row in enumerate(ordered) if at not in dead and not hidden[at]])
    yield from _left_over(form, grids)


def _grid(form: RuleForm, ordered: Sequence[Row], name: str) -> _Grid:
    space = Space((row_condition(form, row) for row in ordered), event_name=name)
    possible = [tuple(found for box in boxes if (found := space.possible(box)) is not None) for boxes in space.boxes]
    return _Grid(space=space, boxes=possible)


def _hidden(table: Table, grids: Sequence[_Grid], place: int) -> list[int]:
    """Return the rows that leave nothing for this one to do; none if it may do something."""
    rows = table.in_order
    alike = [at for at in range(place) if rows[at].then == rows[place].then] if table.hit == "collect" else None
    blockers: list[int] = []
    for grid in grids:
        near = [at for at in grid.before(place) if alike is None or at in alike]
        single = next((at for at in near if grid.covered(place, [at])), None)
        if single is None and (alike is not None or not grid.covered(place, near)):
            return []
        blockers += near if single is None else [single]
    return sorted(set(blockers))


def _about_row(form: RuleForm, ordered: Sequence[Row], place: int, others: Sequence[int]) -> Finding:
    row, before = ordered[place], [ordered[at] for at in others[:MOST_OTHERS]]
    same = len(before) == 1 and before[0].then == row.then
    kind = "row_duplicate" if same and (form.table is None or form.table.hit == "collect") else "row_unreachable"
    numbers = (row.number, *(each.number for each in before))
    return Finding(kind=kind, rules=(form.key,), rows=numbers, path=_path(row))


def _ties(form: RuleForm, grids: Sequence[_Grid], reached: Sequence[int]) -> Iterator[Finding]:
    """Yield rows of one priority that may hold together and differ in what they do: only their order decides."""
    assert form.table is not None
    ordered = form.table.in_order
    for place in reached:
        row = ordered[place]
        for grid in grids:
            rivals = [
                at for at in grid.before(place) if ordered[at].priority == row.priority and ordered[at].then != row.then
            ]
            if shown := _together(form, grid, place, rivals):
                other, example = shown
                numbers = (row.number, ordered[other].number)
                yield Finding(kind="row_overlap", rules=(form.key,), rows=numbers, path=_path(row), witness=example)
                break


def _together(form: RuleForm, grid: _Grid, place: int, rivals: Sequence[int]) -> tuple[int, Mapping[str, Any]] | None:
    assert form.table is not None
    rows = form.table.in_order
    for other in rivals[:MOST_OTHERS]:
        holds = [(row_condition(form, rows[at]).predicate(), True) for at in (place, other)]
        for one in grid.boxes[place]:
            for another in grid.boxes[other]:
                met = grid.space.meet(one, another)
                example = None if met is None else witness(grid.space, met, holds)
                if example is not None:
                    return other, example
    return None


def _unreached(form: RuleForm, reached: Sequence[Row]) -> Iterator[Finding]:
    """Yield what stands in some cell of the outputs and no reachable row leads to."""
    assert form.table is not None
    for at, output in enumerate(form.table.outputs):
        led_to = {row.then[at] for row in reached}
        for value in dict.fromkeys(row.then[at] for row in form.table.rows):
            if value not in led_to and value != "-":
                about = {"outcome": f"{output.name} {value}"}
                yield Finding(kind="outcome_unreachable", rules=(form.key,), about=about, path=f"/outputs/{at}")


def _left_over(form: RuleForm, grids: Sequence[_Grid]) -> Iterator[Finding]:
    """Yield an event that no row takes: one with values of the columns' types, or else any."""
    for grid in grids:
        for kind, region in (("gap", _typed(form, grid.space)), ("no_catch_all", EVERYTHING)):
            found, example = _shown(form, grid, region)
            if example is not None or (found and kind == "no_catch_all"):
                yield Finding(kind=kind, rules=(form.key,), path="/rows", witness=example)
                return


def _shown(form: RuleForm, grid: _Grid, region: Box) -> tuple[bool, Mapping[str, Any] | None]:
    """Return whether something is left over, and an event that shows it if one was found."""
    assert form.table is not None
    boxes = [box for of_row in grid.boxes for box in of_row]
    try:
        left = grid.space.left_over(region, boxes, most=MOST_STEPS)
    except Undecided:
        return False, None
    if left is None:
        return False, None
    guards = [(row_condition(form, row).predicate(), False) for row in form.table.rows]
    return True, witness(grid.space, left, guards)


def _typed(form: RuleForm, space: Space) -> Box:
    """Return where every column has a value of its type."""
    assert form.table is not None
    region: dict[Key, int] = {}
    for column in form.table.columns:
        if column.kind not in ("property", "trait"):
            continue
        name = f"{column.kind} {column.subject[column.kind]}"
        if (dimension := space.dimensions.get(Key(VALUE, name))) is not None:
            region[Key(VALUE, name)] = dimension.of_types(_OF_TYPE[column.type])
        if column.type == "date" and (dimension := space.dimensions.get(Key(MOMENT, name))) is not None:
            region[Key(MOMENT, name)] = dimension.where(lambda length: length is not None)
    return region


def _path(row: Row) -> str:
    return f"/rows/{row.number - 1}"
