"""A rule's definition as JSON Schema, made from the limits that read it."""

from typing import Any

from audiences.conditions import json_schema as conditions
from campaigns.rules.form import actions, body, controls


def json_schema() -> dict[str, Any]:
    """Return the schema of a rule; conditions are defined inside it."""
    condition = conditions()
    return {
        "$schema": condition["$schema"],
        "title": "Rule",
        "description": "Keys may be added; none changes its meaning.",
        "type": "object",
        "properties": {**body.properties(condition["$ref"]), **actions.properties(), **controls.properties()},
        "required": ["key", "on", "then"],
        "additionalProperties": False,
        "$defs": condition["$defs"],
    }
