"""The kinds of actions: how each is written, what it is given when the rule fires, and which events follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol, Self

from audiences.conditions import Facts, Needs
from audiences.conditions.values import nfc
from audiences.reserved import COMPUTED, EVENT_NAMES, LABEL_ADDED, TRAIT_SET
from campaigns.rules.form import values
from campaigns.rules.form.reader import KEY, Reader, pointer, shown
from campaigns.rules.form.values import Value, Values

LONGEST_EVENT_NAME: Final = 200
LONGEST_TRAIT: Final = 100
LONGEST_LABEL: Final = 100
Payload = Mapping[str, Any]


class Action(Protocol):
    """An action as it was read; equal ones of a rule are one."""

    kind: ClassVar[str]
    example: ClassVar[Mapping[str, Any]]

    @classmethod
    def read(cls, reader: Reader, path: str, raw: Any) -> Self | None:
        """Read what stands under the kind's name; None, and a note, if it makes no sense."""

    def as_json(self) -> Any:
        """Return what stands under the kind's name, in its one canonical form."""

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """Return the schema of what stands under the kind's name."""

    @property
    def needs(self) -> Needs:
        """Which facts it takes values from."""

    @property
    def tells(self) -> str:
        """The name of the event that follows from it; empty if none does."""

    def says(self, key: str) -> Payload:
        """Return the properties that the event which follows is sure to have; `key` is that of the rule."""

    def payload(self, facts: Facts) -> Payload | None:
        """Return what is kept of it in the outbox; None where a value that it needs is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartFlow:
    """The person enters a flow."""

    kind: ClassVar[str] = "start_flow"
    example: ClassVar[Mapping[str, Any]] = {"start_flow": "win-back"}
    flow: str

    @classmethod
    def read(cls, reader: Reader, path: str, raw: Any) -> Self | None:
        flow = reader.key(path, raw, what="the key of a flow", hint=example_of(cls))
        return cls(flow=flow) if flow else None

    def as_json(self) -> Any:
        return self.flow

    @classmethod
    def schema(cls) -> dict[str, Any]:
        return _key_schema("the key of a flow of the workspace")

    @property
    def needs(self) -> Needs:
        return Needs()

    @property
    def tells(self) -> str:
        return ""

    def says(self, _key: str) -> Payload:
        return {}

    def payload(self, _facts: Facts) -> Payload | None:
        return {"flow": self.flow}


@dataclass(frozen=True, slots=True, kw_only=True)
class Emit:
    """Another event of the same person, stored and judged like those from outside."""

    kind: ClassVar[str] = "emit"
    example: ClassVar[Mapping[str, Any]] = {"emit": {"event": "big_order", "properties": {"from": "rule"}}}
    event: str
    properties: Values

    @classmethod
    def read(cls, reader: Reader, path: str, raw: Any) -> Self | None:
        if not _is_object(reader, path, raw, ("event", "properties"), cls):
            return None
        event = _event_name(reader, f"{path}/event", raw.get("event"))
        properties = values.read_values(reader, f"{path}/properties", raw.get("properties", {}))
        return cls(event=event, properties=properties) if event else None

    def as_json(self) -> Any:
        return {"event": self.event, "properties": values.as_json(self.properties)}

    @classmethod
    def schema(cls) -> dict[str, Any]:
        name = {"type": "string", "minLength": 1, "maxLength": LONGEST_EVENT_NAME, "not": {"enum": sorted(EVENT_NAMES)}}
        return _object_schema({"event": name, "properties": values.VALUES_SCHEMA}, required=["event"])

    @property
    def needs(self) -> Needs:
        return values.needs_of(self.properties)

    @property
    def tells(self) -> str:
        return self.event

    def says(self, _key: str) -> Payload:
        return values.written(self.properties)

    def payload(self, facts: Facts) -> Payload | None:
        return {"name": self.event, "properties": values.find_all(self.properties, facts)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTrait:
    """A trait of the person gets a value, as of the event's time; null takes it away."""

    kind: ClassVar[str] = "set_trait"
    example: ClassVar[Mapping[str, Any]] = {"set_trait": {"trait": "tier", "value": "gold"}}
    trait: str
    value: Value

    @classmethod
    def read(cls, reader: Reader, path: str, raw: Any) -> Self | None:
        if not _is_object(reader, path, raw, ("trait", "value"), cls):
            return None
        if "value" not in raw:
            reader.problem(f"{path}/value", "the value is missing", "write null to take the trait away")
        trait = _trait_name(reader, f"{path}/trait", raw.get("trait"))
        value = values.read_value(reader, f"{path}/value", raw.get("value"))
        return cls(trait=trait, value=value) if trait and value is not None else None

    def as_json(self) -> Any:
        return {"trait": self.trait, "value": self.value.as_json()}

    @classmethod
    def schema(cls) -> dict[str, Any]:
        name = {"type": "string", "pattern": f"^(?!{COMPUTED}$)[^.]{{1,{LONGEST_TRAIT}}}$"}
        return _object_schema({"trait": name, "value": values.VALUE_SCHEMA}, required=["trait", "value"])

    @property
    def needs(self) -> Needs:
        return self.value.needs

    @property
    def tells(self) -> str:
        return TRAIT_SET

    def says(self, key: str) -> Payload:
        return {"trait": self.trait, "rule": key, **values.written((("value", self.value),))}

    def payload(self, facts: Facts) -> Payload | None:
        found = self.value.find(facts)
        if found is None and isinstance(self.value, values.Taken):
            return None
        return {"trait": self.trait, "value": found}


@dataclass(frozen=True, slots=True, kw_only=True)
class AddLabel:
    """The person gets a label: a word in the list of their trait `labels`."""

    kind: ClassVar[str] = "add_label"
    example: ClassVar[Mapping[str, Any]] = {"add_label": "big-spender"}
    label: str

    @classmethod
    def read(cls, reader: Reader, path: str, raw: Any) -> Self | None:
        if not isinstance(raw, str) or not raw.strip() or len(raw) > LONGEST_LABEL:
            reader.problem(path, f"{shown(raw)} is not a label", f"a text of 1 to {LONGEST_LABEL} characters")
            return None
        return cls(label=nfc(raw.strip()))

    def as_json(self) -> Any:
        return self.label

    @classmethod
    def schema(cls) -> dict[str, Any]:
        return {"type": "string", "pattern": r"\S", "maxLength": LONGEST_LABEL, "description": "added to `labels`"}

    @property
    def needs(self) -> Needs:
        return Needs()

    @property
    def tells(self) -> str:
        return LABEL_ADDED

    def says(self, key: str) -> Payload:
        return {"label": self.label, "rule": key}

    def payload(self, _facts: Facts) -> Payload | None:
        return {"label": self.label}


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Another system is told, at an address that was made known to the workspace under a key."""

    kind: ClassVar[str] = "webhook"
    example: ClassVar[Mapping[str, Any]] = {"webhook": {"endpoint": "crm", "data": {"amount": {"property": "amount"}}}}
    endpoint: str
    data: Values

    @classmethod
    def read(cls, reader: Reader, path: str, raw: Any) -> Self | None:
        if not _is_object(reader, path, raw, ("endpoint", "data"), cls):
            return None
        endpoint = reader.key(f"{path}/endpoint", raw.get("endpoint"), what="the key of an endpoint")
        data = values.read_values(reader, f"{path}/data", raw.get("data", {}))
        return cls(endpoint=endpoint, data=data) if endpoint else None

    def as_json(self) -> Any:
        return {"endpoint": self.endpoint, "data": values.as_json(self.data)}

    @classmethod
    def schema(cls) -> dict[str, Any]:
        parts = {"endpoint": _key_schema("the key of an endpoint of the workspace"), "data": values.VALUES_SCHEMA}
        return _object_schema(parts, required=["endpoint"])

    @property
    def needs(self) -> Needs:
        return values.needs_of(self.data)

    @property
    def tells(self) -> str:
        return ""

    def says(self, _key: str) -> Payload:
        return {}

    def payload(self, facts: Facts) -> Payload | None:
        return {"endpoint": self.endpoint, "data": values.find_all(self.data, facts)}


KINDS: Final[Mapping[str, type[Action]]] = {kind.kind: kind for kind in (StartFlow, Emit, SetTrait, AddLabel, Webhook)}


def example_of(kind: type[Action]) -> str:
    """Return an example of a kind of action, as a hint."""
    return f"for example {kind.example}".replace("'", '"')


def _is_object(reader: Reader, path: str, raw: Any, keys: tuple[str, ...], kind: type[Action]) -> bool:
    if not isinstance(raw, Mapping):
        reader.problem(path, f"{shown(raw)} is not an object", example_of(kind))
        return False
    for key in raw:
        if key not in keys:
            reader.problem(f"{path}/{pointer(key)}", f"{kind.kind} has no such key", "known are " + ", ".join(keys))
    return True


def _event_name(reader: Reader, path: str, raw: Any) -> str:
    if not isinstance(raw, str) or not raw.strip() or len(raw) > LONGEST_EVENT_NAME:
        reader.problem(path, f"{shown(raw)} is not an event name", f"a text of 1 to {LONGEST_EVENT_NAME} characters")
    elif nfc(raw) in EVENT_NAMES:
        reader.problem(path, "only the product itself makes events of this name", "use another name")
    else:
        return nfc(raw)
    return ""


def _trait_name(reader: Reader, path: str, raw: Any) -> str:
    if not isinstance(raw, str) or not 0 < len(raw) <= LONGEST_TRAIT:
        reader.problem(path, f"{shown(raw)} is not the name of a trait", f"a text of 1 to {LONGEST_TRAIT} characters")
    elif "." in raw:
        hint = f"name {raw.split('.')[0]!r}, or a trait of its own"
        reader.problem(path, "a part of a trait cannot be set alone", hint)
    elif nfc(raw) == COMPUTED:
        reader.problem(path, "traits below `computed` are the product's own", "use another name")
    else:
        return nfc(raw)
    return ""


def _key_schema(description: str) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{KEY.pattern}$", "description": description}


def _object_schema(properties: Mapping[str, Any], *, required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
