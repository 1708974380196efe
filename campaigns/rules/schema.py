"""A rule's definition as JSON Schema, made from the limits that read it."""

from typing import Any

from audiences.conditions import json_schema as conditions
from campaigns.rules.form import (
    KEY,
    LONGEST_EVENT_NAME,
    LONGEST_NAME,
    MODES,
    MOST_ACTIONS,
    MOST_EVENT_NAMES,
    PRIORITIES,
)


def json_schema() -> dict[str, Any]:
    """Return the schema of a rule; conditions are defined inside it."""
    condition = conditions()
    key = {"type": "string", "pattern": f"^{KEY.pattern}$"}
    start_flow = {
        "type": "object",
        "properties": {"start_flow": {**key, "description": "the key of a flow of the workspace"}},
        "required": ["start_flow"],
        "additionalProperties": False,
    }
    return {
        "$schema": condition["$schema"],
        "title": "Rule",
        "description": "Keys may be added; none changes its meaning.",
        "type": "object",
        "properties": {
            "key": key,
            "name": {"type": "string", "maxLength": LONGEST_NAME},
            "on": {
                "type": "array",
                "items": {"type": "string", "minLength": 1, "maxLength": LONGEST_EVENT_NAME},
                "minItems": 1,
                "maxItems": MOST_EVENT_NAMES,
                "description": "the names of the events that are judged",
            },
            "if": {"$ref": condition["$ref"], "description": "left out: every such event matches"},
            "unless": {"$ref": condition["$ref"], "description": "keeps the rule from firing"},
            "then": {"type": "array", "items": start_flow, "minItems": 1, "maxItems": MOST_ACTIONS},
            "priority": {"type": "integer", "minimum": PRIORITIES[0], "maximum": PRIORITIES[1], "default": 100},
            "enabled": {"type": "boolean", "default": True},
            "mode": {"enum": list(MODES), "default": "live"},
        },
        "required": ["key", "on", "then"],
        "additionalProperties": False,
        "$defs": condition["$defs"],
    }
