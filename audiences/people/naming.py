"""The further identifiers that an event names beside user and anonymous id, in their one canonical form.

Two kinds prove who somebody is (WeChat gives each account one of them): they join people as an identify with both ids
does. The others lead to somebody and prove nothing: a family shares a tablet and an address. They never join people;
two people who claim the same one are shown to an operator.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from audiences.intake.batches import EventRow
from audiences.intake.limits import MAX_ID
from audiences.intake.models import EventKind

OPENID: Final = "wechat_openid"
UNIONID: Final = "wechat_unionid"
EMAIL: Final = "email"
PHONE: Final = "phone"
DEVICE: Final = "device"
PROVING: Final = frozenset({OPENID, UNIONID})
"""Kinds that belong to one account, and so to one person."""
KINDS: Final = (EMAIL, PHONE, DEVICE, OPENID, UNIONID)

_TRAITS: Final = {
    "email": EMAIL, "phone": PHONE, "wechat_openid": OPENID, "openid": OPENID, "wechat_unionid": UNIONID,
    "unionid": UNIONID,
}  # fmt: skip
_MAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
_FILLING: Final = re.compile(r"\(0\)|[\s().-]")
"""what people write into numbers; (0) is the trunk prefix that is not dialled from abroad"""
_INTERNATIONAL: Final = re.compile(r"\+[1-9]\d{7,14}")
_CHINESE_MOBILE: Final = re.compile(r"(?:0086|86)?(1[3-9]\d{9})")


def names_in(event: EventRow) -> Iterator[tuple[str, str]]:
    """Yield (kind, value) of each further identifier in the event's context and, of an identify, in its traits."""
    if event.context:
        yield from _in_context(event.context)
    if event.kind == EventKind.IDENTIFY:
        for trait, kind in _TRAITS.items():
            if value := canonical(kind, event.properties.get(trait)):
                yield kind, value


def canonical(kind: str, value: Any) -> str | None:
    """Return the identifier in the form in which it is compared; None if it is none of that kind.

    E-mail addresses are compared without regard to case. A phone number is written as ITU-T E.164 has it; without a
    country code only a Chinese mobile number is understood.
    """
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > MAX_ID:
        return None
    return _FORMS[kind](text) if kind in _FORMS else text


def _in_context(context: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    device = context.get("device")
    if isinstance(device, dict) and (value := canonical(DEVICE, device.get("id"))):
        yield DEVICE, value
    others = context.get("externalIds")
    for other in others if isinstance(others, list) else ():
        kind = other.get("type") if isinstance(other, dict) else None
        if kind in KINDS and (value := canonical(kind, other.get("id"))):
            yield kind, value


def _mail(text: str) -> str | None:
    return text.casefold() if _MAIL.fullmatch(text) else None


def _phone(text: str) -> str | None:
    digits = _FILLING.sub("", text)
    if chinese := _CHINESE_MOBILE.fullmatch(digits):
        return f"+86{chinese[1]}"
    return digits if _INTERNATIONAL.fullmatch(digits) else None


_FORMS: Final = {EMAIL: _mail, PHONE: _phone}
