"""What a rule does when it fires (`then`): a class for each kind of action."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol, Self

from campaigns.rules.form.reader import KEY, Reader, shown

KEYS: Final = ("then",)
MOST_ACTIONS: Final = 10
LATER: Final = ("emit", "set_trait", "add_label", "open_incident", "escalate", "award_points", "webhook")


class Action(Protocol):
    """An action as it was read; equal ones of a rule are one."""

    kind: ClassVar[str]
    example: ClassVar[Mapping[str, Any]]

    @classmethod
    def read(cls, reader: Reader, path: str, value: Any) -> Self | None:
        """Read what stands under the kind's name; None, and a note, if it makes no sense."""

    def as_json(self) -> Any:
        """Return what stands under the kind's name, in its one canonical form."""

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """Return the schema of what stands under the kind's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartFlow:
    """The person enters a flow."""

    kind: ClassVar[str] = "start_flow"
    example: ClassVar[Mapping[str, Any]] = {"start_flow": "win-back"}
    flow: str

    @classmethod
    def read(cls, reader: Reader, path: str, value: Any) -> Self | None:
        flow = reader.key(path, value, what="the key of a flow", hint=_example(cls))
        return cls(flow=flow) if flow else None

    def as_json(self) -> Any:
        return self.flow

    @classmethod
    def schema(cls) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{KEY.pattern}$", "description": "the key of a flow of the workspace"}


KINDS: Final[Mapping[str, type[Action]]] = {kind.kind: kind for kind in (StartFlow,)}


def read(reader: Reader) -> tuple[Action, ...]:
    """Read the actions; faults are noted in the reader."""
    value = reader.raw.get("then")
    if not isinstance(value, list) or not 0 < len(value) <= MOST_ACTIONS:
        hint = f"1 to {MOST_ACTIONS}: {_example(StartFlow)}"
        reader.problem("/then", f"{shown(value)} is not a list of actions", hint)
        return ()
    actions = (_action(reader, f"/then/{index}", action) for index, action in enumerate(value))
    return tuple(dict.fromkeys(action for action in actions if action is not None))


def _action(reader: Reader, path: str, action: Any) -> Action | None:
    if not isinstance(action, Mapping) or len(action) != 1:
        reader.problem(path, f"{shown(action)} is not an action", "an object with one key, " + _example(StartFlow))
        return None
    ((kind, value),) = action.items()
    if kind in KINDS:
        return KINDS[kind].read(reader, f"{path}/{kind}", value)
    told = f"the action {kind} is not available yet" if kind in LATER else f"there is no action {shown(kind)}"
    reader.problem(path, told, "available is " + ", ".join(KINDS))
    return None


def _example(kind: type[Action]) -> str:
    return f"for example {kind.example}".replace("'", '"')


def as_json(actions: tuple[Action, ...]) -> list[dict[str, Any]]:
    """Return the actions as a version stores them."""
    return [{action.kind: action.as_json()} for action in actions]


def properties() -> dict[str, Any]:
    """Return the schema of the keys."""
    kinds = [
        {
            "type": "object",
            "properties": {name: kind.schema()},
            "required": [name],
            "additionalProperties": False,
        }
        for name, kind in KINDS.items()
    ]
    items = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    return {"then": {"type": "array", "items": items, "minItems": 1, "maxItems": MOST_ACTIONS}}
