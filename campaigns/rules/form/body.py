"""What a rule is called, which events it listens to, and what must hold (`key`, `name`, `on`, `if`, `unless`)."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from audiences.conditions import Condition, Place, parse
from campaigns.rules.form.measured import parse_measured
from campaigns.rules.form.reader import KEY, Reader, shown
from config.kit.errors import InputRefused

KEYS: Final = ("key", "name", "on", "if", "unless")
MOST_EVENT_NAMES: Final = 50
LONGEST_NAME: Final = 300
LONGEST_EVENT_NAME: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The rule's name and what makes it match."""

    key: str
    name: str
    on: tuple[str, ...]
    condition: Condition | None
    unless: Condition | None
    written: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return its keys as a version stores them; conditions as they were written."""
        return {"key": self.key, "name": self.name, "on": list(self.on), **self.written}


def read(reader: Reader, *, measured: Mapping[str, str] | None = None) -> Body:
    """Read the body; faults are noted in the reader. `measured`: the measures that conditions are about, by kind."""
    key = reader.key("/key", reader.raw.get("key"), what="a key")
    return Body(
        key=key,
        name=_name(reader, key),
        on=_on(reader),
        condition=_condition(reader, "if", measured),
        unless=_condition(reader, "unless", measured),
        written={part: reader.raw[part] for part in ("if", "unless") if reader.raw.get(part) is not None},
    )


def _name(reader: Reader, key: str) -> str:
    name = reader.typed("name", str, key) or key
    if len(name) > LONGEST_NAME:
        reader.problem("/name", f"{len(name)} characters are too many", f"use at most {LONGEST_NAME}")
    return name


def _on(reader: Reader) -> tuple[str, ...]:
    value = reader.raw.get("on")
    if not isinstance(value, list) or not 0 < len(value) <= MOST_EVENT_NAMES:
        hint = f"name 1 to {MOST_EVENT_NAMES} events"
        reader.problem("/on", f"{shown(value)} is not a list of event names", hint)
        return ()
    names = (event_name(reader, f"/on/{index}", name) for index, name in enumerate(value))
    return tuple(dict.fromkeys(name for name in names if name))


def event_name(reader: Reader, path: str, value: Any) -> str:
    """Return the name of an event in NFC; an empty text, and a note, if `value` is none."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_EVENT_NAME:
        reader.problem(path, f"{shown(value)} is not an event name", f"a text of 1 to {LONGEST_EVENT_NAME} characters")
        return ""
    return unicodedata.normalize("NFC", value)


def _condition(reader: Reader, part: str, measured: Mapping[str, str] | None) -> Condition | None:
    if reader.raw.get(part) is None:
        return None
    try:
        if measured is not None:
            return parse_measured(reader.raw[part], measured)
        return parse(reader.raw[part], place=Place.EVENT)
    except InputRefused as refused:
        reader.problems_under(f"/{part}", refused.problems)
        return None


def conditions(condition: str) -> dict[str, Any]:
    """Return the schema of the keys that hold conditions; `condition` is the reference to that of one."""
    return {"if": {"$ref": condition}, "unless": {"$ref": condition}}


def properties(condition: str = "") -> dict[str, Any]:
    """Return the schema of the keys; `condition` is the reference to that of a condition, if there is but one kind."""
    of = {"$ref": condition} if condition else {}
    return {
        "key": {"type": "string", "pattern": f"^{KEY.pattern}$"},
        "name": {"type": "string", "maxLength": LONGEST_NAME},
        "on": {
            "type": "array",
            "items": {"type": "string", "minLength": 1, "maxLength": LONGEST_EVENT_NAME},
            "minItems": 1,
            "maxItems": MOST_EVENT_NAMES,
            "description": "the names of the events that are judged",
        },
        "if": {**of, "description": "left out: every such event matches"},
        "unless": {**of, "description": "keeps the rule from firing"},
    }
