"""Takes a body apart into items, and saves the good ones of a batch whose JSON is not quite readable."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from audiences.intake.body import BodyRefused
from audiences.intake.limits import MAX_ITEMS
from audiences.intake.moments import read_instant
from audiences.intake.refusals import ItemRefused
from config.kit import strict_json
from config.kit.errors import InputRefused, refuse


class Envelope(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """The body of a batch. Those fields typed `Any` are sent by client libraries and mean nothing here."""

    batch: list[msgspec.Raw]
    sent_at: str | None = None
    write_key: str | None = None
    context: dict[str, Any] | None = None
    integrations: Any = None
    message_id: Any = None
    timestamp: Any = None
    received_at: Any = None
    type: Any = None
    metadata: Any = msgspec.field(default=None, name="_metadata")


class _KeyOnly(msgspec.Struct, rename="camel"):
    write_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """The items of one request, each as its own JSON, and what is said for all of them."""

    items: Sequence[bytes]
    sent_at: datetime | None = None
    context: dict[str, Any] | None = None


_envelopes: Final = msgspec.json.Decoder(Envelope)
_keys: Final = msgspec.json.Decoder(_KeyOnly)


def open_batch(body: bytes) -> Parcel:
    """Return the items of a batch; raise `InputRefused` for a fault that is not one item's alone."""
    try:
        envelope = _envelopes.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        envelope = _envelopes_of_doubtful(body)
    if len(envelope.batch) > MAX_ITEMS:
        raise refuse("/batch", f"has {len(envelope.batch)} items", f"Send at most {MAX_ITEMS} at once.")
    try:
        sent_at = read_instant(envelope.sent_at, field="sentAt") if envelope.sent_at else None
    except ItemRefused as refused:
        raise refuse("/sentAt", refused.message, "Leave it out if the sender has no clock.") from None
    return Parcel(items=[bytes(raw) for raw in envelope.batch], sent_at=sent_at, context=envelope.context)


def open_single(body: bytes) -> Parcel:
    """Return the one item of a single call."""
    if body.lstrip()[:1] != b"{":
        strict_json.read(body)
        raise refuse("", "the body is not a JSON object", "Send one item, or a batch to /v1/batch.")
    return Parcel(items=[body])


def write_key_in(body: bytes) -> str | None:
    """Return the key in the body, where browsers put it."""
    try:
        return _keys.decode(body).write_key
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _envelopes_of_doubtful(body: bytes) -> Envelope:
    """Read a body that the strict decoder refused: if the fault is inside an item, only that item is refused."""
    value = _lenient(body)
    batch = value.get("batch") if isinstance(value, dict) else None
    if not isinstance(batch, list):
        raise refuse("/batch", "is missing or no list", 'Send {"batch": [item, …]}.')
    rest = {**value, "batch": []}
    try:
        envelope = _envelopes.decode(_dump(rest))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputRefused(list(strict_json.faults(rest)) or refuse("", str(error)).problems) from None
    envelope.batch = [msgspec.Raw(_dump(item)) for item in batch]
    return envelope


def _lenient(body: bytes) -> Any:
    try:
        return json.loads(body.decode())
    except (ValueError, RecursionError):
        strict_json.read(body)  # raises, naming the place
    raise BodyRefused(400, "The body is not readable JSON.")


def _dump(value: Any) -> bytes:
    """Write JSON that keeps its faults: half surrogates as escapes, NaN as NaN."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()
