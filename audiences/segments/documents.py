"""The form of a segment definition, read with every problem named."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError
from typing import Any, Final

from audiences.conditions import Condition, Place, parse
from audiences.conditions.limits import shown
from audiences.conditions.reading import Problems, check_raw, did_you_mean
from audiences.segments.catalogue import in_order
from config.kit.errors import InputRefused, Problem, refuse
from config.kit.phrases import phrase

FIELDS: Final = ("key", "name", "where", "kind", "note")
DYNAMIC: Final = "dynamic"
STATIC: Final = "static"
KINDS: Final = (DYNAMIC, STATIC, "snapshot")
RESERVED: Final = ("preview", "count", "new")
_KEY: Final = re.compile(r"\w[\w.-]{0,99}")
_TEXTS: Final = {"name": 300, "note": 500}


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentDocument:
    """A definition that can be stored: its canonical form, and the condition that it says."""

    key: str
    name: str
    kind: str
    note: str
    condition: Condition | None
    """None only for a static segment that starts empty"""
    definition: dict[str, Any]


def read_document(raw: Any, *, key: str | None = None) -> SegmentDocument:
    """Return the definition that `raw` says, or raise InputRefused; `key` is the one of the address, if it has one."""
    check_raw(raw)
    problems = Problems()
    if not isinstance(raw, dict):
        problems.add(
            "", phrase("%(value)s is no segment", value=shown(raw)), phrase('send {"key": "loyal", "where": {…}}')
        )
        problems.refuse_if_any()
    raw = {"key": key, **raw} if key is not None else raw
    problems.unknown_keys(raw, FIELDS, path="")
    _check_key(raw, key, problems)
    _check_kind(raw.get("kind", "dynamic"), problems)
    _check_texts(raw, problems)
    condition = None if _starts_empty(raw) else _read_where(raw, problems)
    problems.refuse_if_any()
    kind, name = raw.get("kind", "dynamic"), raw.get("name") or raw["key"]
    definition = {"key": raw["key"], "name": name, "kind": kind}
    if condition is not None:
        definition["where"] = condition.as_json()
    return SegmentDocument(
        key=raw["key"], name=name, kind=kind, note=raw.get("note", ""), condition=condition, definition=definition
    )


def _starts_empty(raw: Mapping[str, Any]) -> bool:
    """A static segment needs no condition: one that it has fills it once, then hands take over."""
    return raw.get("kind") == STATIC and raw.get("where") is None


def _check_key(raw: Mapping[str, Any], address: str | None, problems: Problems) -> None:
    key = raw.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        hint = phrase("up to 100 letters, digits, dots, dashes and underscores, such as loyal-buyers")
        problems.add("/key", phrase("%(value)s is no key", value=shown(key)), hint)
    elif key in RESERVED:
        problems.add(
            "/key", phrase("%(value)s is an address of the product", value=shown(key)), phrase("choose another key")
        )
    elif address is not None and key != address:
        problems.add(
            "/key",
            phrase("%(value)s is not the key of the address", value=shown(key)),
            phrase("a key never changes; leave it out"),
        )


def _check_kind(kind: Any, problems: Problems) -> None:
    if kind not in KINDS:
        problems.add(
            "/kind",
            phrase("%(value)s is no kind of segment", value=shown(kind)),
            phrase("use %(names)s", names=" or ".join(KINDS)),
        )


def _check_texts(raw: Mapping[str, Any], problems: Problems) -> None:
    for field, limit in _TEXTS.items():
        text = raw.get(field, "")
        if not isinstance(text, str):
            problems.add(f"/{field}", phrase("%(value)s is no text", value=shown(text)), phrase("put it in quotes"))
        elif len(text) > limit:
            problems.add(
                f"/{field}",
                phrase("a text of %(n)s characters", n=len(text)),
                phrase("use at most %(most)s", most=limit),
            )


def _read_where(raw: Mapping[str, Any], problems: Problems) -> Condition | None:
    if "where" not in raw:
        problems.add(
            "/where",
            phrase("the condition is missing"),
            phrase('add "where": {"trait": "city", "is": "eq", "value": …}'),
        )
        return None
    try:
        return parse(raw["where"], place=Place.SEGMENT, path="/where")
    except InputRefused as refusal:
        for problem in refusal.problems:
            problems.add(problem.path, problem.message, problem.hint)
        return None


def refuse_unknown(segments: Iterable[str], *, known: Iterable[str]) -> None:
    """Refuse to read segments that do not exist."""
    names = set(known)
    unknown = sorted(set(segments) - names)
    if unknown:
        raise InputRefused([_unknown(key, names) for key in unknown])


def _unknown(key: str, names: set[str]) -> Problem:
    hint = did_you_mean(key, names, otherwise=phrase("define it first"))
    return Problem(path="/where", message=phrase("there is no segment %(value)s", value=shown(key)), hint=hint)


def check_references(document: SegmentDocument, *, reads: Mapping[str, Iterable[str]]) -> None:
    """Refuse segments that do not exist, and circles; `reads` says which segments each live segment reads."""
    sources = document.condition.needs().segments if document.condition else frozenset[str]()
    refuse_unknown(sources - {document.key}, known=reads)
    try:
        in_order({**reads, document.key: sources})
    except CycleError as error:
        circle = " → ".join(reversed(error.args[1]))
        raise refuse(
            "/where", phrase("the segments go in a circle: %(circle)s", circle=circle), phrase("leave one of them out")
        ) from None
