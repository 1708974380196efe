"""Values that an action is given: written out, or taken from the event at hand or from the person."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

from audiences.conditions import Facts, Needs
from audiences.conditions.values import MISSING, lookup
from campaigns.rules.form.reader import Reader, pointer, shown

LONGEST_TEXT: Final = 2_000
MOST_ITEMS: Final = 100
MOST_VALUES: Final = 50
LONGEST_PATH: Final = 300
SOURCES: Final = ("property", "trait")
HINT: Final = 'write a text, number, truth value or list, or take one: {"property": "amount"}, {"trait": "city"}'


@dataclass(frozen=True, slots=True)
class Written:
    """A value that stands in the definition; lists are kept as tuples, so that equal ones are equal."""

    value: Any

    def as_json(self) -> Any:
        return list(self.value) if isinstance(self.value, tuple) else self.value

    def find(self, _facts: Facts) -> Any:
        return self.as_json()

    @property
    def needs(self) -> Needs:
        return Needs()


@dataclass(frozen=True, slots=True)
class Taken:
    """A value that is read when the rule fires; None where there is none."""

    source: str
    path: str

    def as_json(self) -> Any:
        return {self.source: self.path}

    def find(self, facts: Facts) -> Any:
        if self.source == "trait":
            return lookup(self.path)(facts.traits)
        return lookup(self.path)(facts.event.properties) if facts.event is not None else MISSING

    @property
    def needs(self) -> Needs:
        path = frozenset((self.path,))
        return Needs(traits=path) if self.source == "trait" else Needs(properties=path)


Value = Written | Taken
Values = tuple[tuple[str, Value], ...]
"""Named values, in the order of their names."""


def read_value(reader: Reader, path: str, raw: Any) -> Value | None:
    """Read one value; None, and a note, if it makes no sense."""
    if isinstance(raw, Mapping):
        return _taken(reader, path, raw)
    if isinstance(raw, list):
        if len(raw) > MOST_ITEMS or not all(_is_scalar(item) for item in raw):
            reader.problem(path, f"{shown(raw)} is not a list of texts and numbers", f"at most {MOST_ITEMS} of them")
            return None
        return Written(tuple(raw))
    if not _is_scalar(raw):
        reader.problem(path, f"{shown(raw)} is not a value", HINT)
        return None
    return Written(raw)


def _taken(reader: Reader, path: str, raw: Mapping[str, Any]) -> Value | None:
    source, name = next(iter(raw.items()), ("", None))
    if len(raw) != 1 or source not in SOURCES or not isinstance(name, str) or not _is_path(name):
        reader.problem(path, f"{shown(dict(raw))} does not say where a value is taken from", HINT)
        return None
    return Taken(source, name)


def read_values(reader: Reader, path: str, raw: Any) -> Values:
    """Read named values; faults are noted in the reader."""
    if not isinstance(raw, Mapping) or len(raw) > MOST_VALUES:
        hint = f"an object of at most {MOST_VALUES} names and values"
        reader.problem(path, f"{shown(raw)} is not an object of names and values", hint)
        return ()
    found = []
    for name, value in sorted(raw.items(), key=lambda item: str(item[0])):
        place = f"{path}/{pointer(name)}"
        if not isinstance(name, str) or not 0 < len(name) <= LONGEST_PATH:
            reader.problem(place, f"{shown(name)} is not a name", f"1 to {LONGEST_PATH} characters")
        elif (read := read_value(reader, place, value)) is not None:
            found.append((name, read))
    return tuple(found)


def find_all(values: Values, facts: Facts) -> dict[str, Any]:
    """Return the values by name; what is taken from where there is nothing is left out."""
    found = {name: value.find(facts) for name, value in values}
    written = {name for name, value in values if isinstance(value, Written)}
    return {name: value for name, value in found.items() if value is not MISSING or name in written}


def written(values: Values) -> dict[str, Any]:
    """Return those values that stand in the definition, by name."""
    return {name: value.as_json() for name, value in values if isinstance(value, Written)}


def needs_of(values: Values) -> Needs:
    """Return which facts the values are taken from."""
    total = Needs()
    for _, value in values:
        total |= value.needs
    return total


def as_json(values: Values) -> dict[str, Any]:
    """Return the values as a version stores them."""
    return {name: value.as_json() for name, value in values}


def _is_scalar(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT
    return value is None or isinstance(value, bool | int) or (isinstance(value, float) and isfinite(value))


def _is_path(value: str) -> bool:
    return 0 < len(value) <= LONGEST_PATH and all(value.split("."))


_SCALAR: Final[Mapping[str, Any]] = {
    "anyOf": [{"type": "string", "maxLength": LONGEST_TEXT}, {"type": ["number", "boolean", "null"]}]
}
VALUE_SCHEMA: Final[Mapping[str, Any]] = {
    "description": "written out, or taken from the event or the person when the rule fires",
    "anyOf": [
        *_SCALAR["anyOf"],
        {"type": "array", "items": _SCALAR, "maxItems": MOST_ITEMS},
        *(
            {
                "type": "object",
                "properties": {source: {"type": "string", "minLength": 1, "maxLength": LONGEST_PATH}},
                "required": [source],
                "additionalProperties": False,
            }
            for source in SOURCES
        ),
    ],
}
VALUES_SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "maxProperties": MOST_VALUES,
    "additionalProperties": VALUE_SCHEMA,
}
