"""Reads one item of the Segment HTTP spec: its form, its ids, its payload in one canonical form."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from audiences import reserved
from audiences.intake.limits import MAX_DEPTH, MAX_ID, MAX_ITEM, MAX_NAME
from audiences.intake.models import EventKind
from audiences.intake.refusals import ItemRefused
from config.kit import strict_json
from config.kit.errors import InputRefused, Problem

KINDS: Final = {
    kind.name.lower(): kind
    for kind in (
        *(EventKind.TRACK, EventKind.IDENTIFY, EventKind.PAGE),
        *(EventKind.SCREEN, EventKind.GROUP, EventKind.ALIAS),
    )
}
NAMES: Final = {kind: name for name, kind in KINDS.items()}
TRACK: Final = EventKind.TRACK


class Item(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """The fields of the spec. Those typed `Any` are sent by client libraries and mean nothing here."""

    type: str | None = None
    message_id: str | None = None
    user_id: str | None = None
    anonymous_id: str | None = None
    previous_id: str | int | None = None
    group_id: str | int | None = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    sent_at: str | None = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: dict[str, Any] | None = None
    integrations: Any = None
    received_at: Any = None
    write_key: Any = None
    channel: Any = None
    version: Any = None
    project_id: Any = None
    library: Any = None
    options: Any = None
    metadata: Any = msgspec.field(default=None, name="_metadata")


_decoder: Final = msgspec.json.Decoder(Item)
_encoder: Final = msgspec.json.Encoder(order="deterministic")


def decode(raw: bytes) -> Item:
    """Read an item's form; refuse what PostgreSQL or a later reader could not hold, naming the place."""
    if len(raw) > MAX_ITEM:
        raise ItemRefused("", "too_large", f"the item has {len(raw)} bytes; at most {MAX_ITEM} are accepted")
    try:
        item = _decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _explained(raw, error) from None
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH or b"\\u0000" in raw:
        refuse_faults(raw)
    if not raw.isascii() or b"\\u" in raw:
        item = _composed(item)
    return item


def refuse_faults(raw: bytes) -> None:
    """Refuse JSON that holds NUL characters, half surrogates, numbers that are none or too many levels."""
    try:
        strict_json.read(raw)
    except InputRefused as refused:
        for problem in refused.problems:
            if problem.message not in _HARMLESS:
                raise ItemRefused(_field_of(problem.path), "forbidden_value", _sentence(problem)) from None


def encode(payload: Mapping[str, Any]) -> bytes:
    """Return the canonical form: sorted keys, no spaces, NFC; equal payloads have equal bytes."""
    return _encoder.encode(payload)


_HARMLESS: Final = frozenset({"the key has a meaning in JavaScript", "the key stands here more than once"})
"""Strict in definitions; in events these keys are data like others."""
_PLACE: Final = re.compile(r" - at `\$\.?([^`]*)`$")


def _explained(raw: bytes, error: Exception) -> ItemRefused:
    """Name the place of a fault that the fast decoder met."""
    try:
        refuse_faults(raw)
    except ItemRefused as refused:
        return refused
    text = str(error)
    place = _PLACE.search(text)
    message = text[: place.start()] if place else text
    if unknown := re.match(r"Object contains unknown field `(.*)`", message):
        return ItemRefused(unknown[1], "unknown_field", "the Segment spec has no such field; remove or rename it")
    return ItemRefused(place[1] if place else "", "wrong_type", message)


def _sentence(problem: Problem) -> str:
    return f"{problem.message}. {problem.hint}".strip()


def _field_of(pointer: str) -> str:
    return pointer.removeprefix("/").replace("/", ".")


def _composed(item: Item) -> Item:
    """Return the item in NFC, in which names and strings are compared everywhere."""
    text = msgspec.json.encode(item).decode()
    if unicodedata.is_normalized("NFC", text):
        return item
    return _decoder.decode(unicodedata.normalize("NFC", text))


def kind_of(item: Item, expected: EventKind | None) -> EventKind:
    """Return which call it is: the path's, or in a batch the item's `type`."""
    if item.type is None and expected is not None:
        return expected
    if item.type is None:
        raise ItemRefused("type", "missing", f"type is missing; it must be one of {', '.join(KINDS)}")
    kind = KINDS.get(item.type)
    if kind is None or (expected is not None and kind is not expected):
        known = ", ".join(KINDS) if expected is None else NAMES[expected]
        raise ItemRefused("type", "unknown_type", f"type must be one of {known}")
    return kind


def check_ids(item: Item) -> None:
    """Refuse an item that names nobody, or somebody by an id that is too long."""
    user, anonymous = item.user_id or "", item.anonymous_id or ""
    if not user and not anonymous:
        raise ItemRefused("userId", "missing", "userId and anonymousId are both missing; send one of them")
    if len(user) > MAX_ID:
        raise _too_long("userId", MAX_ID)
    if len(anonymous) > MAX_ID:
        raise _too_long("anonymousId", MAX_ID)
    if item.message_id and len(item.message_id) > MAX_ID:
        raise _too_long("messageId", MAX_ID)


def _too_long(field: str, limit: int) -> ItemRefused:
    return ItemRefused(field, "too_long", f"{field} has more than {limit} characters")


def name_of(item: Item, kind: EventKind) -> str:
    """Return the event's name: what a track call says, else the call's own."""
    if kind is not TRACK:
        return NAMES[kind]
    name = item.event
    if name is None or not name.strip():
        raise ItemRefused("event", "missing", "event is missing: a track call names what happened")
    if len(name) > MAX_NAME:
        raise _too_long("event", MAX_NAME)
    if name in reserved.EVENT_NAMES:
        raise ItemRefused("event", "reserved", "only the product itself makes events of this name; use another")
    return name


def payload_of(item: Item, kind: EventKind) -> dict[str, Any]:
    """Return what is kept as the event's properties."""
    if kind is TRACK:
        return item.properties or {}
    return PAYLOADS[kind](item)


def _traits(item: Item) -> dict[str, Any]:
    traits = item.traits or {}
    if reserved.COMPUTED in traits:
        message = "traits below `computed` are the product's own; use another name"
        raise ItemRefused(f"traits.{reserved.COMPUTED}", "reserved", message)
    return traits


def _group(item: Item) -> dict[str, Any]:
    return {**_traits(item), "groupId": _required(item.group_id, "groupId")}


def _alias(item: Item) -> dict[str, Any]:
    if not item.user_id:
        raise ItemRefused("userId", "missing", "userId is missing: an alias names the new id")
    return {"previousId": _required(item.previous_id, "previousId")}


def _view(item: Item) -> dict[str, Any]:
    own = {"name": item.name, "category": item.category}
    return {**(item.properties or {}), **{key: value for key, value in own.items() if value is not None}}


def _required(value: str | int | None, field: str) -> str:
    if value is None or value == "":
        raise ItemRefused(field, "missing", f"{field} is missing")
    if len(str(value)) > MAX_ID:
        raise _too_long(field, MAX_ID)
    return str(value)


PAYLOADS: Final[dict[EventKind, Callable[[Item], dict[str, Any]]]] = {
    EventKind.IDENTIFY: _traits,
    EventKind.GROUP: _group,
    EventKind.ALIAS: _alias,
    EventKind.PAGE: _view,
    EventKind.SCREEN: _view,
}
