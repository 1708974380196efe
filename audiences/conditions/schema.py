"""The condition language as JSON Schema, made from the same tables that read and judge it."""

from typing import Any, Final

from audiences.conditions import durations
from audiences.conditions.amounts import MEASURES
from audiences.conditions.facts import Place
from audiences.conditions.limits import MOST_ITEMS
from audiences.conditions.operators import OPERATORS, Operator
from audiences.conditions.parse import SLUG
from audiences.conditions.past import TIMES
from audiences.conditions.past_forms import MOST_PERIODS, MOST_STEPS
from audiences.conditions.reader import MOST_COUNTED, MOST_LEAVES
from audiences.conditions.reading import LONGEST_NAME
from audiences.conditions.stretches import FORMS

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
        **_past_leaves(),
        "held": _held(),
        "segment": _leaf({"segment": _NAME}, "member of another segment; circles are refused"),
        "consent": _consent(),
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
    leaves = ["trait", *PAST, "held", "segment", "consent"]
    leaves += ["property", "event_name"] if place is Place.EVENT else []
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


_COUNT: Final = {"type": "integer", "minimum": 0, "maximum": MOST_COUNTED}
_TIMES: Final = {
    "type": "object",
    "properties": dict.fromkeys(TIMES, _COUNT),
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
    "default": {"at_least": 1},
}
_PROPERTIES: Final = {"type": "array", "items": {"$ref": "#/$defs/property"}}
_WHERE: Final = {"where": _PROPERTIES}
_AMOUNTS: Final[dict[tuple[str, ...], dict[str, Any] | None]] = {
    ("eq", "ne", "lt", "lte", "gt", "gte"): {"type": "number"},
    ("between",): {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}},
    ("in", "not_in"): {"type": "array", "minItems": 1, "maxItems": MOST_ITEMS, "items": {"type": "number"}},
    ("exists", "not_exists"): None,
}
"""What each operator compares a measure with."""
PAST: Final = ("did", "measure", "sequence", "last", "first", "stopped", "returned", "regularly")


def _past_leaves() -> dict[str, Any]:
    window = {**_WHERE, "within": _DURATION}
    step = _leaf({"event": _NAME}, "a step; `within` is the longest gap after the one before", optional=window)
    steps = {"type": "array", "minItems": 1, "maxItems": MOST_STEPS, "items": step}
    return {
        "did": _leaf(
            {"did": _NAME},
            "how often an event happened in (now − within, now]; without `within`: ever",
            optional={**window, "times": _TIMES},
        ),
        "measure": {
            "description": "a measure of a property over the events in (now − within, now], compared with a number",
            "anyOf": [_measured(measure, ops, amount) for measure in MEASURES for ops, amount in _AMOUNTS.items()],
        },
        "sequence": _leaf(
            {"sequence": steps}, "the steps happened one after the other", optional={"within": _DURATION}
        ),
        "last": _leaf(
            {"last": _NAME, "has": {**_PROPERTIES, "minItems": 1}},
            "the newest event that satisfies `where` satisfies every leaf of `has`",
            optional=_WHERE,
        ),
        "first": _leaf(
            {"first": _NAME, "within": _DURATION}, "the first ever lies in (now − within, now]", optional=_WHERE
        ),
        "stopped": _leaf(
            {"stopped": _NAME, "within": _DURATION, "quiet": _DURATION},
            "did in the window, but not in its last `quiet`",
            optional=_WHERE,
        ),
        "returned": _leaf(
            {"returned": _NAME, "within": _DURATION, "after_quiet": _DURATION},
            "did in the last `within`, and before, with nothing in the `after_quiet` in front of it",
            optional=_WHERE,
        ),
        "regularly": _regularly(),
    }


def _measured(measure: str, operators: tuple[str, ...], amount: dict[str, Any] | None) -> dict[str, Any]:
    properties: dict[str, Any] = {measure: _NAME, "of": _DOTTED, "is": {"enum": list(operators)}}
    if amount is not None:
        properties["value"] = amount
    return _leaf(properties, f"the {measure} of a property", optional={**_WHERE, "within": _DURATION})


def _regularly() -> dict[str, Any]:
    periods = {"type": "integer", "minimum": 1, "maximum": MOST_PERIODS}
    return _leaf(
        {"regularly": _NAME, "every": _DURATION, "periods": periods},
        "in so many of the last periods it happened so often; without `in_at_least`: in all of them",
        optional={"in_at_least": periods, "times": _TIMES, **_WHERE},
    )


def _held() -> dict[str, Any]:
    lasts = {"anyOf": [_leaf({form: _DURATION}, form.replace("_", " ")) for form in FORMS]}
    return _leaf(
        {"held": {"$ref": "#/$defs/trait"}, "for": lasts}, "the trait leaf has been true for so long without a break"
    )


def _consent() -> dict[str, Any]:
    slug = {"type": "string", "pattern": f"^{SLUG.pattern}$"}
    return _leaf({"consent": _leaf({"channel": slug, "purpose": slug}, "both names")}, "may be contacted so")
