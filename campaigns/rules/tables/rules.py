"""A decision table as the ordinary rules that it stands for, and which of its rows an event hits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from audiences.conditions import All, Condition, Facts, Not, Verdict, evaluate
from campaigns.rules.form import RuleForm, row_condition
from campaigns.rules.form import actions as doing
from campaigns.rules.form.rows import Row

MOST_SHOWN: Final = 5
"""How many rows that failed a verdict shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A row that an event hits: whether the table's hit policy takes it, and its verdict leaf by leaf."""

    row: int
    taken: bool
    verdict: Verdict


def as_rules(form: RuleForm) -> list[dict[str, Any]]:
    """Return a rule for each row that does something; those of a table that takes one row exclude each other.

    Judged together they do what the table does, since of an exclusion group only the first by priority fires. A row
    that does nothing still keeps later ones from being taken: their rules say so.
    """
    table = form.table
    assert table is not None, "only a table has rows"
    rules: list[dict[str, Any]] = []
    silent: list[Condition] = []
    for place, row in enumerate(table.in_order, 1):
        condition = row_condition(form, row)
        if row.actions:
            unless = [Not(child=each) for each in silent]
            rules.append(_rule(form, row, _and(condition, unless), place))
        elif table.hit != "collect":
            if _is_always(condition):
                break
            silent.append(condition)
    return rules


def _rule(form: RuleForm, row: Row, condition: Condition, place: int) -> dict[str, Any]:
    return {
        "key": f"{form.key[:90]}.{row.number}",
        "on": list(form.on),
        **({} if _is_always(condition) else {"if": condition.as_json()}),
        "then": doing.as_json(row.actions),
        "priority": place,
        **({} if form.table is None or form.table.hit == "collect" else {"exclusive": form.key}),
    }


def _and(condition: Condition, more: Sequence[Condition]) -> Condition:
    parts = (*(() if _is_always(condition) else (condition,)), *more)
    return All(children=parts) if more else condition


def _is_always(condition: Condition) -> bool:
    return isinstance(condition, All) and not condition.children


def hits(form: RuleForm, facts: Facts) -> list[Hit]:
    """Judge an event by every row, as the interpreter does, and return those that hold, in the order of the rows."""
    table = form.table
    assert table is not None, "only a table has rows"
    verdicts = {row.number: evaluate(row_condition(form, row), facts) for row in table.rows}
    holding = [number for number, verdict in verdicts.items() if verdict.held]
    taken = {row.number for row in table.chosen(holding)}
    return [Hit(row=number, taken=number in taken, verdict=verdicts[number]) for number in holding]


def verdict(form: RuleForm, facts: Facts) -> Verdict:
    """Return why a table decides as it does about an event: the rows that it takes, or the nearest ones that failed."""
    table = form.table
    assert table is not None, "only a table has rows"
    taken = tuple(hit.verdict for hit in hits(form, facts) if hit.taken)
    if taken:
        return taken[0] if len(taken) == 1 else Verdict(held=True, what="all", children=taken)
    judged = [evaluate(row_condition(form, row), facts) for row in table.rows]
    return Verdict(held=False, what="any", children=tuple(sorted(judged, key=_failures)[:MOST_SHOWN]))


def _failures(verdict: Verdict) -> int:
    return sum(map(_failures, verdict.children)) if verdict.what == "all" else int(not verdict.held)


def reading(form: RuleForm, facts: Facts) -> Mapping[str, Any]:
    """Return what each column sees on an event, by its name: what a trace shows beside the rows."""
    table = form.table
    assert table is not None, "only a table has rows"
    seen: dict[str, Any] = {}
    for column in table.columns:
        if column.kind in ("property", "trait"):
            tree = facts.traits if column.kind == "trait" else facts.event.properties if facts.event else {}
            seen[column.name] = _looked_up(tree, str(column.subject[column.kind]))
    return seen


def _looked_up(tree: Mapping[str, Any], name: str) -> Any:
    value: Any = tree
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
