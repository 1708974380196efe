"""Copied cells as a decision table: under the columns of one that is given, or as a new one of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from campaigns.rules.form import parse_rule
from campaigns.rules.tables import pasting
from config.kit.errors import InputRefused, Problem, refuse

SKELETON: Final = {"key": "pasted", "on": ["event"], "hit": "first"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """The table with the cells as its rows, what keeps it from being one, and columns on one side only."""

    definition: Mapping[str, Any]
    problems: Sequence[Problem]
    ignored: Sequence[str]
    missing: Sequence[str]


def as_table(grid: pasting.Grid, table: Mapping[str, Any] | None) -> Pasted:
    """Return the cells as rows of `table`; without one the first line names the columns."""
    base = {**SKELETON, **pasting.new_table(grid)} if table is None else table
    read = pasting.under_columns(grid, columns=_names(base, "columns"), outputs=_names(base, "outputs"))
    made = {**base, "rows": list(read.rows)}
    return Pasted(definition=made, problems=_problems(made), ignored=read.ignored, missing=read.missing)


def _problems(made: Mapping[str, Any]) -> Sequence[Problem]:
    try:
        parse_rule(made)
    except InputRefused as refused:
        return refused.problems
    return ()


def _names(base: Mapping[str, Any], part: str) -> list[str]:
    found = base.get(part)
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise refuse(f"/table/{part}", "is not a list of columns", "send the definition, or leave out table")
    default = ("property", "trait", "did")
    return [str(each.get("name") or next((each[key] for key in default if key in each), "")) for each in found]
