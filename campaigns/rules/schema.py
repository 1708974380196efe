"""A rule's definition as JSON Schema, made from the limits that read it."""

from typing import Any

from audiences.conditions import json_schema as conditions
from campaigns.rules.form import actions, aggregate, body, controls, measured, waiting

MEASURED = "#/$defs/measured"


def json_schema() -> dict[str, Any]:
    """Return the schema of a rule; conditions are defined inside it."""
    condition = conditions()
    return {
        "$schema": condition["$schema"],
        "title": "Rule",
        "description": "Keys may be added; none changes its meaning.",
        "type": "object",
        "properties": {
            **body.properties(),
            **aggregate.properties(),
            **waiting.properties(),
            **actions.properties(),
            **controls.properties(),
        },
        "required": ["key", "on"],
        "additionalProperties": False,
        "if": {"anyOf": [{"required": [key]} for key in aggregate.MARKS]},
        "then": {
            "properties": body.conditions(MEASURED),
            "required": ["if", "over", "measure"],
            "not": {"required": ["absent"]},
        },
        "else": {
            "properties": body.conditions(condition["$ref"]),
            "required": ["then"],
            "allOf": _kept_apart(),
        },
        "$defs": {**condition["$defs"], "measured": measured.schema(MEASURED)},
    }


def _kept_apart() -> list[dict[str, Any]]:
    """Return what rules on single events may not say together."""
    alone = [{"not": {"required": [key]}} for key in ("resolve", "grace")]
    return [
        *alone,
        {"not": {"required": ["absent", "for"]}},
        {"anyOf": [{"required": ["absent"]}, {"not": {"required": ["where"]}}]},
    ]
