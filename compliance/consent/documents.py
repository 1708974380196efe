"""Reads what the API is sent about consents and suppressions, and names every fault by its place."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from compliance.consent.consents import GRANTED, WITHDRAWN
from config.kit.errors import InputRefused, Problem

Document = TypeVar("Document")
MOST: Final = 1000
SLUG: Final = re.compile(r"[a-z][a-z0-9_-]{0,19}", re.ASCII)
AHEAD: Final = timedelta(minutes=5)
CONSENT_FIELDS: Final = frozenset({"channel", "purpose", "state", "source", "evidence", "at"})
SUPPRESSION_FIELDS: Final = frozenset({"channel", "address", "reason"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentDocument:
    """One decision as the API was sent it."""

    user_id: str
    channel: str
    purpose: str
    state: str
    source: str
    evidence: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionDocument:
    """One address that must not be written to, as the API was sent it."""

    channel: str
    address: str
    reason: str


class _Reading:
    """One object at `path`, whose faults are gathered instead of raised one by one."""

    def __init__(self, raw: Any, path: str, fields: frozenset[str]) -> None:
        self.problems: list[Problem] = []
        self.path = path
        self.raw: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
        if not isinstance(raw, dict):
            self.fault("", "is not an object", f"Send an object with {', '.join(sorted(fields))}.")
        for name in sorted(self.raw.keys() - fields):
            self.fault(name, "is an unknown field", f"Known: {', '.join(sorted(fields))}.")

    def fault(self, name: str, message: str, hint: str = "") -> None:
        path = f"{self.path}/{name}" if name else self.path
        self.problems.append(Problem(path=path, message=message, hint=hint))

    def slug(self, name: str) -> str:
        value = self.raw.get(name)
        if isinstance(value, str) and SLUG.fullmatch(value):
            return value
        self.fault(name, f"{_shown(value)} is not a name", "Send 1 to 20 of a-z, 0-9, _ and -, a letter first.")
        return ""

    def text(self, name: str, *, longest: int, default: str | None = None) -> str:
        value = self.raw.get(name, default)
        if isinstance(value, str) and 0 < len(value) <= longest:
            return value
        self.fault(name, f"{_shown(value)} is not a text", f"Send 1 to {longest} characters.")
        return ""

    def choice(self, name: str, options: Sequence[str]) -> str:
        value = self.raw.get(name)
        if value in options:
            return str(value)
        self.fault(name, f"{_shown(value)} is not one of {', '.join(options)}", "Send one of them.")
        return ""

    def instant(self, name: str, *, now: datetime) -> datetime:
        value = self.raw.get(name)
        if value is None:
            return now
        read = _instant(value)
        if read is None:
            self.fault(name, f"{_shown(value)} is not an instant", "Send RFC 3339 with offset: 2026-03-02T08:00:00Z.")
        elif read > now + AHEAD:
            self.fault(name, f"{_shown(value)} lies in the future", "Leave it out for now.")
        return read or now

    def mapping(self, name: str) -> Mapping[str, Any]:
        value = self.raw.get(name, {})
        if isinstance(value, dict) and len(str(value)) <= 4000:
            return value
        self.fault(name, "is not an object of at most 4000 characters", "Send a small object or leave it out.")
        return {}


def read_consent(raw: Any, *, user_id: str, now: datetime) -> ConsentDocument:
    """Read one decision about the user whom the address names."""
    reading = _Reading(raw, "", CONSENT_FIELDS)
    return _finished(_consent(reading, user_id=user_id, now=now), reading.problems)


def read_consents(raw: Any, *, now: datetime) -> list[ConsentDocument]:
    """Read `{"consents": [{"user_id": …, …}]}`; one fault refuses all."""

    def one(item: Any, path: str) -> tuple[ConsentDocument, list[Problem]]:
        reading = _Reading(item, path, CONSENT_FIELDS | {"user_id"})
        user_id = reading.text("user_id", longest=1000)
        return _consent(reading, user_id=user_id, now=now), reading.problems

    return _read_list(raw, "consents", one)


def read_suppressions(raw: Any) -> list[SuppressionDocument]:
    """Read `{"suppressions": [{"channel": …, "address": …, "reason": …}]}`; one fault refuses all."""

    def one(item: Any, path: str) -> tuple[SuppressionDocument, list[Problem]]:
        reading = _Reading(item, path, SUPPRESSION_FIELDS)
        document = SuppressionDocument(
            channel=reading.slug("channel"),
            address=reading.text("address", longest=320),
            reason=reading.text("reason", longest=40, default="manual"),
        )
        return document, reading.problems

    return _read_list(raw, "suppressions", one)


def _read_list(raw: Any, name: str, one: Callable[[Any, str], tuple[Document, list[Problem]]]) -> list[Document]:
    reading = _Reading(raw, "", frozenset({name}))
    items = reading.raw.get(name)
    if not isinstance(items, list) or not 0 < len(items) <= MOST:
        reading.fault(name, f"is not a list of 1 to {MOST} objects", "Split a longer one.")
        items = []
    pairs = [one(item, f"/{name}/{index}") for index, item in enumerate(items)]
    problems = reading.problems + [problem for _document, found in pairs for problem in found]
    return _finished([document for document, _found in pairs], problems)


def _consent(reading: _Reading, *, user_id: str, now: datetime) -> ConsentDocument:
    return ConsentDocument(
        user_id=user_id,
        channel=reading.slug("channel"),
        purpose=reading.slug("purpose"),
        state=reading.choice("state", (GRANTED, WITHDRAWN)),
        source=reading.text("source", longest=100, default="api"),
        evidence=reading.mapping("evidence"),
        at=reading.instant("at", now=now),
    )


def _finished(document: Document, problems: Sequence[Problem]) -> Document:
    if problems:
        raise InputRefused(problems[:50])
    return document


def _instant(value: Any) -> datetime | None:
    try:
        read = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return read if read.tzinfo and read.year >= 1970 else None


def _shown(value: Any) -> str:
    return repr(value)[:60] if value is not None else "nothing"
