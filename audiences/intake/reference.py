"""How the calls look in the API reference."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample

from audiences.intake.limits import MAX_ID, MAX_NAME
from audiences.intake.models import EventKind

_ID: Final = {"type": "string", "maxLength": MAX_ID}
_TIME: Final = {"type": "string", "format": "date-time", "description": "ISO 8601 with an offset."}
_OBJECT: Final = {"type": "object", "additionalProperties": True}
_COMMON: Final[dict[str, Any]] = {
    "userId": _ID,
    "anonymousId": _ID,
    "messageId": _ID | {"description": "The same id with the same body is accepted once, for 35 days."},
    "timestamp": _TIME | {"description": "When it happened; left out: when it is received."},
    "sentAt": _TIME | {"description": "The sender's clock when it sent: corrects `timestamp`."},
    "context": _OBJECT,
}
_OWN: Final[dict[EventKind, tuple[dict[str, Any], list[str]]]] = {
    EventKind.TRACK: ({"event": {"type": "string", "maxLength": MAX_NAME}, "properties": _OBJECT}, ["event"]),
    EventKind.IDENTIFY: ({"traits": _OBJECT}, []),
    EventKind.PAGE: ({"name": {"type": "string"}, "category": {"type": "string"}, "properties": _OBJECT}, []),
    EventKind.SCREEN: ({"name": {"type": "string"}, "category": {"type": "string"}, "properties": _OBJECT}, []),
    EventKind.GROUP: ({"groupId": _ID, "traits": _OBJECT}, ["groupId"]),
    EventKind.ALIAS: ({"previousId": _ID}, ["previousId", "userId"]),
}


def _schema(kind: EventKind, *, typed: bool) -> dict[str, Any]:
    own, required = _OWN[kind]
    kind_name = {"type": {"type": "string", "enum": [kind.name.lower()]}}
    named = required if typed is False else [*required, "type"]
    return {"type": "object", "properties": {**kind_name, **own, **_COMMON}, "required": named} | (
        {} if named else {"required": []}
    )


def item(kind: EventKind) -> dict[str, Any]:
    """Return the request of a single call."""
    schema = _schema(kind, typed=False)
    if not schema["required"]:
        del schema["required"]
    return {"application/json": schema}


BATCH: Final = {
    "application/json": {
        "type": "object",
        "properties": {
            "batch": {"type": "array", "items": {"oneOf": [_schema(kind, typed=True) for kind in _OWN]}},
            "sentAt": _TIME,
            "context": _OBJECT | {"description": "Holds for every item that does not say otherwise."},
        },
        "required": ["batch"],
    }
}
_EXAMPLES: Final[dict[EventKind, tuple[str, dict[str, Any]]]] = {
    EventKind.TRACK: (
        "a purchase",
        {
            "userId": "u-1",
            "event": "purchase",
            "messageId": "order-1001",
            "timestamp": "2026-03-02T08:00:00Z",
            "properties": {"amount": 42.5, "currency": "CNY"},
        },
    ),
    EventKind.IDENTIFY: ("a customer", {"userId": "u-1", "traits": {"email": "u1@example.com", "city": "上海"}}),
    EventKind.PAGE: ("a page", {"anonymousId": "visitor-7", "name": "Home", "properties": {"path": "/"}}),
    EventKind.SCREEN: ("a screen", {"userId": "u-1", "name": "Basket"}),
    EventKind.GROUP: ("a company", {"userId": "u-1", "groupId": "acme", "traits": {"plan": "pro"}}),
    EventKind.ALIAS: ("a new id", {"previousId": "visitor-7", "userId": "u-1"}),
}


def example(kind: EventKind) -> OpenApiExample:
    """Return a body of a single call that can be sent as it stands."""
    name, value = _EXAMPLES[kind]
    return OpenApiExample(name, value=value, request_only=True)


def batch_example() -> OpenApiExample:
    """Return a batch that can be sent as it stands."""
    kinds = (EventKind.IDENTIFY, EventKind.TRACK)
    items = [{"type": kind.name.lower(), **_EXAMPLES[kind][1]} for kind in kinds]
    return OpenApiExample("two items", value={"batch": items}, request_only=True)


_ERROR: Final = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("field", "reason", "message")}
    | {"index": {"type": "integer", "description": "The item's place in the batch."}},
}
_RECEIPT: Final = {
    "type": "object",
    "description": "Committed: what is counted here is not lost.",
    "properties": {
        "accepted": {"type": "integer"},
        "duplicates": {"type": "integer"},
        "errors": {"type": "array", "items": _ERROR},
    },
}
_PROBLEM: Final = {"type": "object", "description": "Problem JSON; `errors` names each place and the way out."}
RESPONSES: Final[dict[Any, Any]] = {
    (202, "application/json"): _RECEIPT,
    (400, "application/problem+json"): _PROBLEM,
    (401, "application/problem+json"): _PROBLEM,
    (413, "application/problem+json"): _PROBLEM,
    (415, "application/problem+json"): _PROBLEM,
    (422, "application/problem+json"): _PROBLEM,
    (503, "application/problem+json"): _PROBLEM,
}
