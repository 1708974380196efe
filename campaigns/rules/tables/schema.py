"""A decision table's definition as JSON Schema, made from the limits that read it."""

from typing import Any

from audiences.conditions import json_schema as conditions
from campaigns.rules.form import body, controls, rows
from campaigns.rules.form import table as form
from campaigns.rules.tables.cells import TYPES
from campaigns.rules.tables.columns import OUTPUT_TYPES


def json_schema() -> dict[str, Any]:
    """Return the schema of a table; conditions are defined inside it."""
    condition = conditions()
    return {
        "$schema": condition["$schema"],
        "title": "Decision table",
        "description": "A rule whose conditions and actions are rows. Keys may be added; none changes its meaning.",
        "type": "object",
        "properties": {**body.properties(condition["$ref"]), **_own(condition["$ref"]), **controls.properties()},
        "required": ["key", "on", "columns", "outputs", "rows"],
        "additionalProperties": False,
        "$defs": condition["$defs"],
    }


def _own(condition: str) -> dict[str, Any]:
    cell = {"anyOf": [{"type": ["string", "number", "boolean", "null"]}, {"type": "array", "minItems": 1}]}
    priority = {"type": "integer", "minimum": controls.PRIORITIES[0], "maximum": controls.PRIORITIES[1]}
    row = {
        "type": "object",
        "properties": {
            "when": {"type": "array", "items": cell, "description": "a cell for each column"},
            "then": {"type": "array", "items": cell, "description": "a cell for each output"},
            "priority": {**priority, "description": "with hit priority: smaller numbers come first"},
            "note": {"type": "string", "maxLength": rows.LONGEST_NOTE},
        },
        "required": ["when", "then"],
        "additionalProperties": False,
    }
    return {
        "columns": {"type": "array", "items": _column(condition), "minItems": 1, "maxItems": form.MOST_COLUMNS},
        "outputs": {"type": "array", "items": _output(), "minItems": 1, "maxItems": form.MOST_COLUMNS},
        "hit": {"enum": list(form.HITS), "default": form.HITS[0]},
        "rows": {"type": "array", "items": row, "minItems": 1, "maxItems": rows.MOST_ROWS},
    }


def _column(condition: str) -> dict[str, Any]:
    name = {"type": "string", "minLength": 1, "maxLength": form.LONGEST_NAME}
    compared = {
        "properties": {"name": name, "type": {"enum": list(TYPES), "default": "text"}, "zone": {"type": "string"}},
    }
    kinds = [
        {"properties": {**compared["properties"], kind: {"type": "string"}}, "required": [kind]}
        for kind in ("property", "trait")
    ]
    counted = {"did": {"type": "string"}, "where": {"type": "array"}, "within": {"type": "string"}}
    return {
        "type": "object",
        "oneOf": [
            *({**kind, "additionalProperties": False} for kind in kinds),
            {
                "properties": {"name": name, "type": {"const": "number"}, **counted},
                "required": ["did"],
                "additionalProperties": False,
            },
            {
                "properties": {"name": name, "type": {"const": "truth"}, "if": {"$ref": condition}},
                "required": ["if"],
                "additionalProperties": False,
            },
        ],
    }


def _output() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": form.LONGEST_NAME},
            "type": {"enum": list(OUTPUT_TYPES), "default": "text"},
            "then": {"type": "object", "description": 'an action, with "{cell}" where the value of the cell goes'},
        },
        "required": ["then"],
        "additionalProperties": False,
    }
