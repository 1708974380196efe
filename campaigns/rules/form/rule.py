"""A whole rule: its parts read together, and its one canonical form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from audiences.conditions import All, Condition, Not
from audiences.reserved import MENTION
from campaigns.rules.form import actions, aggregate, body, controls, table, waiting
from campaigns.rules.form.aggregate import Aggregate
from campaigns.rules.form.controls import Controls
from campaigns.rules.form.deeds import Action, StartFlow
from campaigns.rules.form.reader import Reader, pointer
from campaigns.rules.form.rows import Row
from campaigns.rules.form.table import Table
from campaigns.rules.form.waiting import Absent, Hold, NotCome
from config.kit.errors import InputRefused, Problem

KEYS: Final = (*body.KEYS, *aggregate.KEYS, *waiting.KEYS, *actions.KEYS, *table.KEYS, *controls.KEYS)


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
    aggregate: Aggregate | None = None
    absent: Absent | None = None
    hold: Hold | None = None

    @property
    def is_timed(self) -> bool:
        """Whether it is judged by what is counted or waited for, and not on single events by the engine."""
        return self.aggregate is not None or self.absent is not None or self.hold is not None

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
    counted, absent, rows = aggregate.read(reader), waiting.read_absent(reader), table.read(reader)
    read = body.read(reader, measured=counted.kinds if counted else None)
    hold = None if counted else waiting.read_hold(reader, read.condition)
    _together(reader, counted, absent, hold)
    then = _then(reader, rows, counted)
    _about_people(reader, then, people=counted is None and MENTION not in read.on)
    steered = controls.read(reader)
    if reader.problems:
        raise InputRefused(reader.problems)
    acted = rows.as_json() if rows else {"then": actions.as_json(then)} if then else {}
    timed = [part.as_json() for part in (counted, absent, hold) if part is not None]
    return RuleForm(
        key=read.key,
        name=read.name,
        on=read.on,
        condition=read.condition,
        unless=read.unless,
        actions=then,
        controls=steered,
        definition={**read.as_json(), **_joined(timed), **acted, **steered.as_json()},
        table=rows,
        aggregate=counted,
        absent=absent,
        hold=hold,
    )


def _then(reader: Reader, rows: Table | None, counted: Aggregate | None) -> tuple[Action, ...]:
    """Read what the rule does: a table says it in its rows, and an alarm is worth something by itself."""
    if any(key in reader.raw for key in table.KEYS):
        return rows.actions if rows else ()
    return () if counted and "then" not in reader.raw else actions.read(reader)


def _joined(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {key: value for part in parts for key, value in part.items()}


def _together(reader: Reader, counted: Aggregate | None, absent: Absent | None, hold: Hold | None) -> None:
    """Refuse what does not go together."""
    if absent is not None and (counted is not None or hold is not None):
        reader.problem("/absent", "a rule waits for one thing", "leave out for, and what makes it an aggregate")
    if (counted or absent or hold) and any(key in reader.raw for key in table.KEYS):
        reader.problem("/rows", "a decision table judges single events", "leave out absent, for and the measures")
    if counted is not None and reader.raw.get("if") is None:
        reader.problem("/if", "the condition on the measures is missing", _MEASURED)
    if counted is None:
        for key in ("resolve", "grace"):
            if key in reader.raw:
                reader.problem(f"/{key}", f"only a rule with group_by, over and measure has {key}", "leave it out")
        if "where" in reader.raw and absent is None:
            reader.problem("/where", "where says which events an aggregate counts", "write it into if")


def _about_people(reader: Reader, then: Sequence[Action], *, people: bool) -> None:
    """Refuse actions about a person where what fires the rule is about a brand or another group."""
    for index, action in enumerate(then):
        if not people and action.kind in PERSONAL:
            hint = "mentions and aggregates are about a brand or a group; act on the person's own events"
            reader.problem(f"/then/{index}/{action.kind}", f"{action.kind} needs a person", hint)


PERSONAL: Final = frozenset(("start_flow", "set_trait", "add_label", "award_points"))
"""Actions that are done to a person."""
_MEASURED: Final = 'for example {"measure": "count", "is": "gte", "value": 50}'


def _known_keys(reader: Reader) -> None:
    for key in reader.raw:
        if key not in KEYS:
            reader.problem(f"/{pointer(key)}", "a rule has no such key", "known are " + ", ".join(KEYS))


def whole_condition(form: RuleForm) -> Condition:
    """Return what must hold for the rule to fire: the wait if there is one, `if`, a row of a table, not `unless`."""
    parts: list[Condition] = [] if form.absent is None else [NotCome(absent=form.absent)]
    parts += [*guards(form), *([] if form.table is None else [form.table.condition])]
    return parts[0] if len(parts) == 1 else All(children=tuple(parts))


def row_condition(form: RuleForm, row: Row) -> Condition:
    """Return what must hold for a row of a table to hold."""
    parts = [*guards(form), *([] if row.condition is None else [row.condition])]
    return parts[0] if len(parts) == 1 else All(children=tuple(parts))


def guards(form: RuleForm) -> list[Condition]:
    """Return what must hold besides the rows: `if` (for as long as `for` says), and not `unless`."""
    parts: list[Condition] = [] if form.condition is None else [form.condition]
    parts = list(form.hold.leaves) if form.hold is not None else parts
    return parts + ([] if form.unless is None else [Not(child=form.unless)])
