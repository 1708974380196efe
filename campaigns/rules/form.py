"""Reads a rule's definition (`on`, `if`, `unless`, `then`, …) and names each fault by its place."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from audiences.conditions import All, Condition, Not, Place, parse
from config.kit.errors import InputRefused, Problem

MODES: Final = ("live", "shadow", "off")
MOST_EVENT_NAMES: Final = 50
MOST_ACTIONS: Final = 10
LONGEST_NAME: Final = 300
LONGEST_EVENT_NAME: Final = 300
PRIORITIES: Final = (-1_000_000, 1_000_000)
KEY: Final = re.compile(r"\w[\w.\-]{0,99}")
KEYS: Final = ("key", "name", "on", "if", "unless", "then", "priority", "enabled", "mode")
AGGREGATE: Final = ("group_by", "where", "over", "measure")
LATER: Final = ("emit", "set_trait", "add_label", "open_incident", "escalate", "award_points", "webhook")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleForm:
    """A rule as it was read. `definition` is its one canonical form: what a version stores and what is hashed."""

    key: str
    name: str
    on: tuple[str, ...]
    condition: Condition | None
    unless: Condition | None
    flows: tuple[str, ...]
    priority: int
    enabled: bool
    mode: str
    definition: Mapping[str, Any]


def parse_rule(raw: Any) -> RuleForm:
    """Read a definition; raises `InputRefused` with every problem that it has."""
    if not isinstance(raw, Mapping):
        raise InputRefused([Problem(path="", message="a rule is a JSON object", hint='{"key": …, "on": […], …}')])
    reader = _Reader(raw)
    form = reader.form()
    if form is None or reader.problems:
        raise InputRefused(reader.problems)
    return form


class _Reader:
    """Walks over one definition and gathers problems, so that the author sees all of them at once."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.problems: list[Problem] = []

    def form(self) -> RuleForm | None:
        self._known_keys()
        key, on, flows = self._key(), self._on(), self._then()
        condition, unless = self._condition("if"), self._condition("unless")
        name = self._typed("name", str, key) or key
        priority = self._priority()
        enabled, mode = self._typed("enabled", bool, True), self._mode()
        if len(name) > LONGEST_NAME:
            self._problem("/name", f"{len(name)} characters are too many", f"use at most {LONGEST_NAME}")
        if self.problems:
            return None
        definition = {
            "key": key,
            "name": name,
            "on": list(on),
            **{part: self.raw[part] for part in ("if", "unless") if self.raw.get(part) is not None},
            "then": [{"start_flow": flow} for flow in flows],
            "priority": priority,
            "enabled": enabled,
            "mode": mode,
        }
        return RuleForm(
            key=key,
            name=name,
            on=on,
            condition=condition,
            unless=unless,
            flows=flows,
            priority=priority,
            enabled=enabled,
            mode=mode,
            definition=definition,
        )

    def _problem(self, path: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(path=path, message=message, hint=hint))

    def _known_keys(self) -> None:
        for key in self.raw:
            if key in AGGREGATE:
                self._problem(f"/{key}", "rules over a stream of events cannot be defined yet", "judge single events")
            elif key not in KEYS:
                self._problem(f"/{_pointer(key)}", "a rule has no such key", "known are " + ", ".join(KEYS))

    def _typed(self, key: str, kind: type, default: Any) -> Any:
        value = self.raw.get(key, default)
        if type(value) is not kind:
            self._problem(f"/{key}", f"{_shown(value)} is not a {_KIND_NAMES[kind]}", "")
            return default
        return value

    def _key(self) -> str:
        value = self.raw.get("key")
        if not isinstance(value, str) or not KEY.fullmatch(value):
            self._problem(
                "/key", f"{_shown(value)} is not a key", "1 to 100 letters, digits, dots, dashes, underscores"
            )
            return ""
        return unicodedata.normalize("NFC", value)

    def _on(self) -> tuple[str, ...]:
        value = self.raw.get("on")
        if not isinstance(value, list) or not 0 < len(value) <= MOST_EVENT_NAMES:
            self._problem(
                "/on", f"{_shown(value)} is not a list of event names", f"name 1 to {MOST_EVENT_NAMES} events"
            )
            return ()
        names: dict[str, None] = {}
        for index, name in enumerate(value):
            if not isinstance(name, str) or not 0 < len(name) <= LONGEST_EVENT_NAME:
                self._problem(
                    f"/on/{index}",
                    f"{_shown(name)} is not an event name",
                    f"a text of 1 to {LONGEST_EVENT_NAME} characters",
                )
            else:
                names[unicodedata.normalize("NFC", name)] = None
        return tuple(names)

    def _then(self) -> tuple[str, ...]:
        value = self.raw.get("then")
        if not isinstance(value, list) or not 0 < len(value) <= MOST_ACTIONS:
            self._problem("/then", f"{_shown(value)} is not a list of actions", f"1 to {MOST_ACTIONS}: " + _EXAMPLE)
            return ()
        flows = [self._action(index, action) for index, action in enumerate(value)]
        return tuple(dict.fromkeys(flow for flow in flows if flow))

    def _action(self, index: int, action: Any) -> str | None:
        path = f"/then/{index}"
        if not isinstance(action, Mapping) or len(action) != 1:
            self._problem(path, f"{_shown(action)} is not an action", "an object with one key, " + _EXAMPLE)
            return None
        ((kind, target),) = action.items()
        if kind in LATER:
            self._problem(path, f"the action {kind} is not available yet", "available is start_flow")
        elif kind != "start_flow":
            self._problem(path, f"there is no action {_shown(kind)}", "available is start_flow")
        elif not isinstance(target, str) or not KEY.fullmatch(target):
            self._problem(f"{path}/start_flow", f"{_shown(target)} is not the key of a flow", _EXAMPLE)
        else:
            return unicodedata.normalize("NFC", target)
        return None

    def _condition(self, part: str) -> Condition | None:
        if self.raw.get(part) is None:
            return None
        try:
            return parse(self.raw[part], place=Place.EVENT)
        except InputRefused as refused:
            self.problems += _under(f"/{part}", refused.problems)
            return None

    def _priority(self) -> int:
        value: int = self._typed("priority", int, 100)
        if not PRIORITIES[0] <= value <= PRIORITIES[1]:
            self._problem("/priority", f"{_shown(value)} is out of range", f"{PRIORITIES[0]} to {PRIORITIES[1]}")
        return value

    def _mode(self) -> str:
        value = self.raw.get("mode", "live")
        if value not in MODES:
            self._problem("/mode", f"there is no mode {_shown(value)}", "one of " + ", ".join(MODES))
        return str(value)


_EXAMPLE: Final = 'for example {"start_flow": "win-back"}'
_KIND_NAMES: Final = {str: "text", bool: "true or false", int: "whole number"}


def _under(prefix: str, problems: Sequence[Problem]) -> list[Problem]:
    return [Problem(path=prefix + problem.path, message=problem.message, hint=problem.hint) for problem in problems]


def _pointer(key: Any) -> str:
    return str(key)[:100].replace("~", "~0").replace("/", "~1")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"


def whole_condition(form: RuleForm) -> Condition:
    """Return what must hold for the rule to fire: `if`, and not `unless`."""
    parts = [] if form.condition is None else [form.condition]
    parts += [] if form.unless is None else [Not(child=form.unless)]
    return parts[0] if len(parts) == 1 else All(children=tuple(parts))
