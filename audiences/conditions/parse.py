"""Reads a condition from JSON: every problem is found at once, and each names its place and the way out."""

import re
from typing import Any, Final

from audiences.conditions.comparisons import Property, Trait
from audiences.conditions.consents import Consent
from audiences.conditions.facts import Place
from audiences.conditions.happenings import EventName, Segment
from audiences.conditions.limits import shown
from audiences.conditions.past_forms import PAST_FORMS
from audiences.conditions.reader import MOST_LEAVES, Combinator, Leaf, Reader
from audiences.conditions.reading import check_raw, pointer
from audiences.conditions.stretches import FORMS, Held
from audiences.conditions.tree import All, AnyOf, Condition, Not
from config.kit.phrases import phrase

COMPUTED: Final = "computed"
"""The trait under which the computed ones live."""
SLUG: Final = re.compile(r"[a-z][a-z0-9_-]{0,19}")


def parse(raw: Any, *, place: Place, path: str = "") -> Condition:
    """Return the condition that `raw` says, or raise InputRefused with every problem; `path` is where it stands."""
    check_raw(raw, path=path)
    reader = Reader(place=place, combinators=COMBINATORS, forms=LEAVES)
    condition = reader.condition(raw, path, 1)
    reader.problems.refuse_if_any()
    assert condition is not None  # nothing was refused, so everything was read
    return condition


def _all(reader: Reader, raw: dict[str, Any], path: str, depth: int) -> Condition | None:
    parts = reader.several(raw, path, depth, "all")
    return All(children=parts) if parts else None


def _any(reader: Reader, raw: dict[str, Any], path: str, depth: int) -> Condition | None:
    parts = reader.several(raw, path, depth, "any")
    return AnyOf(children=parts) if parts else None


def _not(reader: Reader, raw: dict[str, Any], path: str, depth: int) -> Condition | None:
    reader.problems.unknown_keys(raw, ("not",), path=path)
    child = reader.condition(raw["not"], pointer(path, "not"), depth + 1)
    return Not(child=child) if child is not None else None


def _trait(reader: Reader, raw: dict[str, Any], path: str) -> Condition | None:
    found: Trait | None = reader.comparison(raw, path, Trait)
    return found


def _property(reader: Reader, raw: dict[str, Any], path: str) -> Condition | None:
    if reader.place is not Place.EVENT:
        reader.problems.add(path, phrase("property needs an event at hand, and here there is none"), _PAST)
    found: Property | None = reader.comparison(raw, path, Property)
    return found


_PAST: Final = phrase('ask for past events with {"did": "purchase", "where": [...]}')


def _event_name(reader: Reader, raw: dict[str, Any], path: str) -> Condition | None:
    if reader.place is not Place.EVENT:
        reader.problems.add(path, phrase("event_name needs an event at hand, and here there is none"), _PAST)
    reader.problems.unknown_keys(raw, ("event_name",), path=path)
    written, path = raw["event_name"], pointer(path, "event_name")
    if not isinstance(written, list) or not written:
        reader.problems.add(
            path, phrase("%(value)s is no list of names", value=shown(written)), phrase('write a list: ["purchase"]')
        )
        return None
    if len(written) > MOST_LEAVES:
        reader.problems.add(
            path,
            phrase("a list of %(n)s names", n=len(written)),
            phrase("use at most %(most)s", most=MOST_LEAVES),
        )
        return None
    names = [
        reader.problems.name(item, path=pointer(path, i), of=phrase("the event")) for i, item in enumerate(written)
    ]
    return EventName(names=tuple(dict.fromkeys(name for name in names if name is not None)))


def _segment(reader: Reader, raw: dict[str, Any], path: str) -> Condition | None:
    reader.problems.unknown_keys(raw, ("segment",), path=path)
    key = reader.problems.name(raw["segment"], path=pointer(path, "segment"), of=phrase("the segment"))
    return None if key is None else Segment(key=key)


def _held(reader: Reader, raw: dict[str, Any], path: str) -> Condition | None:
    reader.problems.unknown_keys(raw, ("held", "for"), path=path)
    at = pointer(path, "held")
    leaf = raw["held"]
    if not isinstance(leaf, dict) or "trait" not in leaf:
        reader.problems.add(
            at,
            phrase("%(value)s is no trait leaf", value=shown(leaf)),
            phrase('write {"trait": "tier", "is": "eq", "value": "gold"}'),
        )
        return None
    trait: Trait | None = reader.comparison(leaf, at, Trait)
    if trait is not None and trait.name.partition(".")[0] == COMPUTED:
        hint = phrase("ask for what it is now, or for the events that it is computed from")
        reader.problems.add(pointer(at, "trait"), phrase("of computed traits the past is not kept"), hint)
    lasts, at = raw.get("for"), pointer(path, "for")
    form = next(iter(lasts)) if isinstance(lasts, dict) and len(lasts) == 1 else ""
    if not isinstance(lasts, dict) or form not in FORMS:
        place, what = (
            (at, phrase("%(value)s is no length", value=shown(lasts)))
            if "for" in raw
            else (path, phrase("for is missing"))
        )
        reader.problems.add(place, what, phrase('write "for": {"at_least": "7d"} or {"less_than": "7d"}'))
        return None
    duration = reader.duration(lasts, form, at)
    return None if trait is None or duration is None else Held(leaf=trait, form=form, duration=duration)


def _consent(reader: Reader, raw: dict[str, Any], path: str) -> Condition | None:
    reader.problems.unknown_keys(raw, ("consent",), path=path)
    asked, path = raw["consent"], pointer(path, "consent")
    if not isinstance(asked, dict):
        reader.problems.add(path, phrase("%(value)s is no consent", value=shown(asked)), _CONSENT)
        return None
    reader.problems.unknown_keys(asked, ("channel", "purpose"), path=path)
    channel, purpose = (_slug(reader, asked, key, path) for key in ("channel", "purpose"))
    return None if channel is None or purpose is None else Consent(channel=channel, purpose=purpose)


def _slug(reader: Reader, raw: dict[str, Any], key: str, path: str) -> str | None:
    value = raw.get(key)
    if isinstance(value, str) and SLUG.fullmatch(value):
        return value
    place, what = (
        (pointer(path, key), phrase("%(value)s is no %(key)s", value=shown(value), key=key))
        if key in raw
        else (path, phrase("%(key)s is missing", key=key))
    )
    reader.problems.add(place, what, _CONSENT)
    return None


_CONSENT: Final = phrase('write {"channel": "email", "purpose": "marketing"}')
COMBINATORS: Final[dict[str, Combinator]] = {"all": _all, "any": _any, "not": _not}
LEAVES: Final[dict[str, Leaf]] = {
    "trait": _trait,
    "property": _property,
    "event_name": _event_name,
    **PAST_FORMS,
    "held": _held,
    "segment": _segment,
    "consent": _consent,
}
