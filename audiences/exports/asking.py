"""What an export may ask for, read with every problem named."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from audiences.conditions import instants
from audiences.conditions.limits import shown
from audiences.conditions.reading import Problems
from config.kit.errors import refuse

PEOPLE: Final = ("format", "search", "segment", "seen_after", "seen_before", "traits")
EVENTS: Final = ("format", "name", "since", "until")
INSTANTS: Final = ("seen_after", "seen_before", "since", "until")
MOST_TRAITS: Final = 100


def read_asked(raw: Any, *, fields: tuple[str, ...]) -> dict[str, Any]:
    """Return the export that `raw` asks for, or raise InputRefused."""
    if not isinstance(raw, dict):
        raise refuse("", f"{shown(raw)} is no export", "send {} for everything, or name filters")
    problems = Problems()
    problems.unknown_keys(raw, fields, path="")
    if raw.get("format", "jsonl") not in ("csv", "jsonl"):
        problems.add("/format", f"{shown(raw['format'])} is no format", "use csv or jsonl")
    for field in ("search", "segment", "name"):
        if field in raw and not isinstance(raw[field], str):
            problems.add(f"/{field}", f"{shown(raw[field])} is no text", "put it in quotes")
    for field in INSTANTS:
        _check_instant(raw, field, problems)
    _check_traits(raw.get("traits", []), problems)
    problems.refuse_if_any()
    return dict(raw)


def instant(asked: Mapping[str, Any], field: str) -> datetime | None:
    """Return an instant that was asked for and checked."""
    text = asked.get(field)
    return instants.instant(text) if isinstance(text, str) else None


def _check_instant(raw: Mapping[str, Any], field: str, problems: Problems) -> None:
    if field in raw and instant(raw, field) is None:
        problems.add(f"/{field}", f"{shown(raw[field])} is no instant", "with an offset: 2026-03-01T00:00:00Z")


def _check_traits(names: Any, problems: Problems) -> None:
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        problems.add("/traits", f"{shown(names)} is no list of names", 'write a list: ["city", "computed.orders"]')
    elif len(names) > MOST_TRAITS:
        problems.add(
            "/traits", f"a list of {len(names)} names", f"use at most {MOST_TRAITS}, or jsonl with all of them"
        )
