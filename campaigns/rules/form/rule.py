"""A whole rule: its parts read together, and its one canonical form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from audiences.conditions import All, Condition, Not
from campaigns.rules.form import actions, body, controls, table
from campaigns.rules.form.controls import Controls
from campaigns.rules.form.deeds import Action, StartFlow
from campaigns.rules.form.reader import Reader, pointer
from campaigns.rules.form.rows import Row
from campaigns.rules.form.table import Table
from config.kit.errors import InputRefused, Problem

KEYS: Final = (*body.KEYS, *actions.KEYS, *table.KEYS, *controls.KEYS)
AGGREGATE: Final = ("group_by", "where", "over", "measure")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleForm:
    """A rule as it was read. `definition` is its one canonical form: what a version stores and what is hashed."""

    key: str
    name: str
    on: tuple[str, ...]
    condition: Condition | None
    unless: Condition | None
    actions: tuple[Action, ...]
    controls: Controls
    definition: Mapping[str, Any]
    table: Table | None = None
    """Its rows, where the rule is a decision table; `actions` are then all that some row does."""

    @property
    def flows(self) -> tuple[str, ...]:
        """The flows that it starts."""
        return tuple(action.flow for action in self.actions if isinstance(action, StartFlow))


def parse_rule(raw: Any) -> RuleForm:
    """Read a definition; raises `InputRefused` with every problem that it has."""
    if not isinstance(raw, Mapping):
        raise InputRefused([Problem(path="", message="a rule is a JSON object", hint='{"key": …, "on": […], …}')])
    reader = Reader(raw)
    _known_keys(reader)
    read, rows, steered = body.read(reader), table.read(reader), controls.read(reader)
    is_table = any(key in raw for key in table.KEYS)
    then = actions.read(reader) if not is_table else rows.actions if rows else ()
    if reader.problems:
        raise InputRefused(reader.problems)
    return RuleForm(
        key=read.key,
        name=read.name,
        on=read.on,
        condition=read.condition,
        unless=read.unless,
        actions=then,
        controls=steered,
        definition={
            **read.as_json(),
            **(rows.as_json() if rows else {"then": actions.as_json(then)}),
            **steered.as_json(),
        },
        table=rows,
    )


def _known_keys(reader: Reader) -> None:
    for key in reader.raw:
        if key in AGGREGATE:
            reader.problem(f"/{key}", "rules over a stream of events cannot be defined yet", "judge single events")
        elif key not in KEYS:
            reader.problem(f"/{pointer(key)}", "a rule has no such key", "known are " + ", ".join(KEYS))


def whole_condition(form: RuleForm) -> Condition:
    """Return what must hold for the rule to fire: `if`, some row of a table, and not `unless`."""
    parts = [*guards(form), *([] if form.table is None else [form.table.condition])]
    return parts[0] if len(parts) == 1 else All(children=tuple(parts))


def row_condition(form: RuleForm, row: Row) -> Condition:
    """Return what must hold for a row of a table to hold."""
    parts = [*guards(form), *([] if row.condition is None else [row.condition])]
    return parts[0] if len(parts) == 1 else All(children=tuple(parts))


def guards(form: RuleForm) -> list[Condition]:
    """Return what must hold besides the rows: `if`, and not `unless`."""
    parts = [] if form.condition is None else [form.condition]
    return parts + ([] if form.unless is None else [Not(child=form.unless)])
