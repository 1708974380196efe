"""The condition language as JSON Schema, made from the same tables that read and judge it."""

from typing import Any, Final

from audiences.conditions import durations
from audiences.conditions.facts import Place
from audiences.conditions.happenings import TIMES
from audiences.conditions.operators import OPERATORS, Operator
from audiences.conditions.parse import MOST_COUNTED, MOST_LEAVES
from audiences.conditions.reading import LONGEST_NAME

_NAME: Final = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}
_DOTTED: Final = {**_NAME, "pattern": r"^[^.]+(\.[^.]+){0,9}$", "description": "a dotted path, such as address.city"}
_DURATION: Final = {
    "type": "string",
    "pattern": durations.PATTERN,
    "description": "90s, 15m, 3h, 2d, 1w, and sums such as 1d12h; a day is 86 400 s",
}


def json_schema() -> dict[str, Any]:
    """Return the schema of a condition where an event is at hand; `#/$defs/segment_condition` is for segments."""
    definitions = {
        "trait": _comparison("trait", "of the person; computed ones live under `computed.`"),
        "property": _comparison("property", "of the event at hand; in `where`, of the event that is counted"),
        "event_name": _leaf({"event_name": _names()}, "the event at hand is one of these"),
        "did": _did(),
        "segment": _leaf({"segment": _NAME}, "member of another segment; circles are refused"),
        "condition": _any_of(Place.EVENT, "condition"),
        "segment_condition": _any_of(Place.SEGMENT, "segment_condition"),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Condition",
        "description": "At most 20 levels deep, 500 leaves, 64 kB. Keys may be added; none changes its meaning.",
        "$ref": "#/$defs/condition",
        "$defs": definitions,
    }


def _any_of(place: Place, itself: str) -> dict[str, Any]:
    here = {"$ref": f"#/$defs/{itself}"}
    several = {"type": "array", "minItems": 1, "items": here}
    leaves = ["trait", "did", "segment"] + (["property", "event_name"] if place is Place.EVENT else [])
    return {
        "anyOf": [
            _leaf({"all": several}, "every one holds"),
            _leaf({"any": several}, "at least one holds"),
            _leaf({"not": here}, "it does not hold"),
            *({"$ref": f"#/$defs/{leaf}"} for leaf in leaves),
        ]
    }


def _leaf(properties: dict[str, Any], description: str, *, optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "description": description,
        "properties": properties | (optional or {}),
        "required": list(properties),
        "additionalProperties": False,
    }


def _comparison(what: str, description: str) -> dict[str, Any]:
    return {"description": description, "anyOf": [_compared(what, operator) for operator in OPERATORS.values()]}


def _compared(what: str, operator: Operator) -> dict[str, Any]:
    properties: dict[str, Any] = {what: _DOTTED, "is": {"const": operator.name}}
    if operator.limit.schema is not None:
        properties["value"] = operator.limit.schema
    return _leaf(properties, f"takes {operator.limit.expects}")


def _names() -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "maxItems": MOST_LEAVES, "items": _NAME}


def _did() -> dict[str, Any]:
    count = {"type": "integer", "minimum": 0, "maximum": MOST_COUNTED}
    times = {
        "type": "object",
        "properties": dict.fromkeys(TIMES, count),
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
        "default": {"at_least": 1},
    }
    where = {"type": "array", "items": {"$ref": "#/$defs/property"}}
    return _leaf(
        {"did": _NAME},
        "how often an event happened in (now − within, now]; without `within`: ever",
        optional={"where": where, "times": times, "within": _DURATION},
    )
