"""What a rule does when it fires (`then`)."""

from collections.abc import Mapping
from typing import Any, Final

from campaigns.rules.form.deeds import KINDS, Action, StartFlow, example_of
from campaigns.rules.form.reader import Reader, shown

KEYS: Final = ("then",)
MOST_ACTIONS: Final = 10
LATER: Final = ("open_incident", "escalate", "award_points")


def read(reader: Reader) -> tuple[Action, ...]:
    """Read the actions; faults are noted in the reader."""
    value = reader.raw.get("then")
    if not isinstance(value, list) or not 0 < len(value) <= MOST_ACTIONS:
        hint = f"1 to {MOST_ACTIONS}: {example_of(StartFlow)}"
        reader.problem("/then", f"{shown(value)} is not a list of actions", hint)
        return ()
    actions = (_action(reader, f"/then/{index}", action) for index, action in enumerate(value))
    return tuple(dict.fromkeys(action for action in actions if action is not None))


def _action(reader: Reader, path: str, action: Any) -> Action | None:
    if not isinstance(action, Mapping) or len(action) != 1:
        reader.problem(path, f"{shown(action)} is not an action", "an object with one key, " + example_of(StartFlow))
        return None
    ((kind, value),) = action.items()
    if kind in KINDS:
        return KINDS[kind].read(reader, f"{path}/{kind}", value)
    told = f"the action {kind} is not available yet" if kind in LATER else f"there is no action {shown(kind)}"
    reader.problem(path, told, "available are " + ", ".join(KINDS))
    return None


def as_json(actions: tuple[Action, ...]) -> list[dict[str, Any]]:
    """Return the actions as a version stores them."""
    return [{action.kind: action.as_json()} for action in actions]


def properties() -> dict[str, Any]:
    """Return the schema of the keys."""
    kinds = [
        {"type": "object", "properties": {name: kind.schema()}, "required": [name], "additionalProperties": False}
        for name, kind in KINDS.items()
    ]
    return {"then": {"type": "array", "items": {"anyOf": kinds}, "minItems": 1, "maxItems": MOST_ACTIONS}}
