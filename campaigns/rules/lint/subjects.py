"""A rule as the checks look at it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from audiences.conditions import Condition
from campaigns.rules.form import RuleForm, whole_condition

_TARGETS: Final = ("flow", "trait", "name", "event", "label", "endpoint", "key")
"""Where an action that is an object names what it acts on."""
_OWN: Final = (
    "key",
    "name",
    "on",
    "if",
    "unless",
    "then",
    "priority",
    "exclusive",
    "columns",
    "outputs",
    "hit",
    "rows",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A rule: when it matches, what it does then, and against which others it stands.

    `conditional` tells whether its author wrote a condition at all. `outcome` is all that it does and how: two rules
    with equal ones differ only in when they match. `acts` maps what it acts on to what it does there. A decision table
    has an outcome of its own.
    """

    key: str
    on: tuple[str, ...]
    condition: Condition
    conditional: bool
    outcome: str
    acts: Mapping[str, str]
    emits: tuple[str, ...]
    mode: str
    group: str
    limited: bool
    """Whether it may hold back although it matches: a schedule, a share of people, a cool-down."""
    priority: int


def subject(form: RuleForm) -> Subject:
    """Return a rule's definition as the checks look at it."""
    written = form.definition
    steered = {key: value for key, value in written.items() if key not in _OWN}
    actions = [(action.kind, action.as_json()) for action in form.actions]
    return Subject(
        key=form.key,
        on=form.on,
        condition=whole_condition(form),
        conditional=form.condition is not None or form.unless is not None,
        outcome=form.key if form.table else _text([sorted(map(_text, actions)), steered]),
        acts={} if form.table else {_target(kind, value): _text(value) for kind, value in actions},
        emits=tuple(_named(value) for kind, value in actions if kind == "emit"),
        mode=written.get("mode", "live"),
        group=str(written.get("exclusive") or ""),
        limited=bool(steered.keys() - {"enabled", "mode"}),
        priority=written.get("priority", 100),
    )


def _target(kind: str, value: Any) -> str:
    return f"{kind} {_named(value)}"


def _named(value: Any) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    return next((str(value[key]) for key in _TARGETS if key in value), ", ".join(sorted(map(str, value))))


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
