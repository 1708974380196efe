"""Reads a mention as it is sent, and makes the event that it becomes: about the brand, and each one once."""

import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final
from unicodedata import normalize

import msgspec

from audiences.intake.batches import partition_of
from audiences.intake.items import encode
from audiences.intake.limits import MAX_ID, MAX_ITEM
from audiences.intake.models import EventKind
from audiences.intake.moments import happened_at, read_instant
from audiences.intake.refusals import ItemRefused
from audiences.intake.store import Row
from audiences.mentions.subject import brand_id
from audiences.reserved import MENTION

DEFAULT_BRAND: Final = "default"
"""The brand of a workspace that has only one and need not name it."""
LONGEST_WORD: Final = 200
LONGEST_URL: Final = 2_000
_PLACE: Final = re.compile(r" - at `\$\.?([^`]*)`$")


class Mention(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What was said, where, by whom and when. `properties` holds whatever else is known, such as its topic."""

    source: str
    text: str
    author: str = ""
    at: str | None = None
    id: str | None = None
    brand: str = DEFAULT_BRAND
    sentiment: float | None = None
    reach: int | None = None
    url: str | None = None
    language: str | None = None
    properties: dict[str, Any] = msgspec.field(default_factory=dict)


TAKEN: Final = frozenset(Mention.__struct_fields__) - {"properties"}


def read_mention(raw: Any, *, workspace_id: int, received_at: datetime) -> Row:
    """Return the row of one mention; raises `ItemRefused`, naming the field.

    One with an `id` is known by source and id, another one by its source, author, instant and text: sent again, it is
    the same mention.
    """
    mention = _read(raw)
    _check(mention)
    at = received_at if mention.at is None else _instant(mention.at, received_at)
    payload = encode(_payload(mention))
    if len(payload) > MAX_ITEM:
        raise ItemRefused("", "too_large", f"the mention has {len(payload)} bytes; at most {MAX_ITEM} are accepted")
    brand = brand_id(workspace_id, mention.brand)
    return Row(
        w=workspace_id,
        d=blake2b("\x1f".join(_identity(mention, at)).encode(), digest_size=16).hexdigest(),
        b=int.from_bytes(blake2b(payload + str(mention.at).encode(), digest_size=8).digest(), "big", signed=True),
        p=brand.hex,
        s=partition_of(brand),
        k=EventKind.MENTION,
        n=MENTION,
        t=at,
        r=msgspec.Raw(payload),
    )


def _read(raw: Any) -> Mention:
    try:
        return msgspec.json.decode(normalize("NFC", msgspec.json.encode(raw).decode()), type=Mention)
    except msgspec.ValidationError as error:
        text = str(error)
    place = _PLACE.search(text)
    message = text[: place.start()] if place else text
    if unknown := re.match(r"Object contains unknown field `(.*)`", message):
        hint = f"a mention has no such field; put it into properties, or use one of {', '.join(sorted(TAKEN))}"
        raise ItemRefused(unknown[1], "unknown_field", hint)
    raise ItemRefused(place[1] if place else "", "wrong_type", message)


def _check(mention: Mention) -> None:
    for name in ("source", "brand"):
        value = getattr(mention, name)
        if not value.strip() or len(value) > LONGEST_WORD:
            raise ItemRefused(name, "missing" if not value.strip() else "too_long", f"1 to {LONGEST_WORD} characters")
    for name, most in (("author", MAX_ID), ("id", MAX_ID), ("url", LONGEST_URL), ("language", 35)):
        if len(getattr(mention, name) or "") > most:
            raise ItemRefused(name, "too_long", f"{name} has more than {most} characters")
    if mention.sentiment is not None and not -1 <= mention.sentiment <= 1:
        raise ItemRefused("sentiment", "out_of_range", "sentiment goes from -1 (bad) to 1 (good)")
    if mention.reach is not None and not 0 <= mention.reach <= 10**12:
        raise ItemRefused("reach", "out_of_range", "reach counts people: 0 to 10^12")
    if clash := sorted(TAKEN & mention.properties.keys()):
        raise ItemRefused(f"properties.{clash[0]}", "reserved", f"{clash[0]} is a field of the mention itself")


def _instant(text: str, received_at: datetime) -> datetime:
    return happened_at(read_instant(text, field="at"), sent_at=None, received_at=received_at, field="at")


def _payload(mention: Mention) -> Mapping[str, Any]:
    told = {name: getattr(mention, name) for name in TAKEN - {"at"}}
    return mention.properties | {name: value for name, value in told.items() if value not in (None, "")}


def _identity(mention: Mention, at: datetime) -> tuple[str, ...]:
    if mention.id:
        return "mention", mention.source, mention.id
    return "mention", mention.source, mention.brand, mention.author, at.isoformat(), mention.text
