"""Caps and quiet hours as they are written, read into values; every fault is named by its place."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any, Final

from audiences.conditions import durations
from config.kit.errors import InputRefused, Problem

MARKETING: Final = "marketing"
TRANSACTIONAL: Final = "transactional"
SCOPES: Final = ("all", "channel", "tag", "flow")
CAP_KEYS: Final = ("key", "scope", "at_most", "per", "window", "purpose")
QUIET_KEYS: Final = ("key", "scope", "from", "to", "on_quiet", "purpose")
MOST: Final = 10_000
LONGEST: Final = timedelta(days=366)
_KEY: Final = re.compile(r"[\w.-]{1,100}")
_HOUR: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which messages are meant: all, or those of a channel, with a tag, of a flow."""

    kind: str
    value: str = ""

    def covers(self, *, channel: str, flow: str, tags: Collection[str]) -> bool:
        """Whether a message is meant."""
        return {
            "all": True,
            "channel": channel == self.value,
            "flow": flow == self.value,
            "tag": self.value in tags,
        }[self.kind]

    def as_json(self) -> dict[str, Any]:
        return {self.kind: self.value or True}

    def __str__(self) -> str:
        return f"{self.kind} {self.value}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """At most `at_most` accepted messages `per` duration, rolling or by calendar days of the person's zone."""

    key: str
    scope: Scope
    at_most: int
    per: timedelta
    calendar: bool
    purposes: frozenset[str]

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "scope": self.scope.as_json(),
            "at_most": self.at_most,
            "per": durations.write(self.per),
            "window": "calendar" if self.calendar else "rolling",
            "purpose": sorted(self.purposes),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """From `opens` on until `closes` nothing is sent; `drop` says that what falls into it is not sent at all."""

    key: str
    scope: Scope
    opens: time
    closes: time
    drop: bool
    purposes: frozenset[str]

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "scope": self.scope.as_json(),
            "from": f"{self.opens:%H:%M}",
            "to": f"{self.closes:%H:%M}",
            "on_quiet": "drop" if self.drop else "postpone",
            "purpose": sorted(self.purposes),
        }


def read_cap(raw: Any) -> Cap:
    """Read a cap; raises `InputRefused` with every problem that it has."""
    problems: list[Problem] = []
    given = _object(raw, CAP_KEYS, problems)
    per = _per(given.get("per"), problems)
    calendar = _one_of(given.get("window", "rolling"), ("rolling", "calendar"), "/window", problems) == "calendar"
    if calendar and per % _DAY:
        problems.append(Problem(path="/per", message="a calendar window has whole days", hint='such as "1d" or "7d"'))
    at_most = given.get("at_most")
    if type(at_most) is not int or not 0 <= at_most <= MOST:
        hint = f"a whole number from 0 to {MOST:,}"
        problems.append(Problem(path="/at_most", message=f"{_shown(at_most)} is no number of messages", hint=hint))
        at_most = 0
    read = Cap(
        key=_key(given.get("key"), problems),
        scope=_scope(given.get("scope"), problems),
        at_most=at_most,
        per=per,
        calendar=calendar,
        purposes=_purposes(given.get("purpose", [MARKETING]), problems),
    )
    if problems:
        raise InputRefused(problems)
    return read


def read_quiet(raw: Any) -> Quiet:
    """Read quiet hours; raises `InputRefused` with every problem that they have."""
    problems: list[Problem] = []
    given = _object(raw, QUIET_KEYS, problems)
    opens, closes = (_hour(given.get(name), f"/{name}", problems) for name in ("from", "to"))
    if opens == closes and not problems:
        problems.append(Problem(path="/to", message="they end when they begin", hint="name another time"))
    answer = _one_of(given.get("on_quiet", "postpone"), ("postpone", "drop"), "/on_quiet", problems)
    read = Quiet(
        key=_key(given.get("key"), problems),
        scope=_scope(given.get("scope"), problems),
        opens=opens,
        closes=closes,
        drop=answer == "drop",
        purposes=_purposes(given.get("purpose", [MARKETING]), problems),
    )
    if problems:
        raise InputRefused(problems)
    return read


def _object(raw: Any, keys: Collection[str], problems: list[Problem]) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise InputRefused([Problem(path="", message="a JSON object is needed", hint=", ".join(keys))])
    problems += [
        Problem(path=f"/{name}", message="there is no such key here", hint="known are " + ", ".join(keys))
        for name in raw
        if name not in keys
    ]
    return raw


def _key(raw: Any, problems: list[Problem]) -> str:
    if isinstance(raw, str) and _KEY.fullmatch(raw):
        return raw
    hint = "1 to 100 letters, digits, dots, dashes or underscores"
    problems.append(Problem(path="/key", message=f"{_shown(raw)} is not a key", hint=hint))
    return ""


def _scope(raw: Any, problems: list[Problem]) -> Scope:
    if isinstance(raw, Mapping) and len(raw) == 1:
        ((kind, value),) = raw.items()
        if kind == "all" and value is True:
            return Scope(kind="all")
        if kind in SCOPES[1:] and isinstance(value, str) and 0 < len(value) <= 100:
            return Scope(kind=kind, value=value)
    hint = '{"all": true}, {"channel": "email"}, {"tag": "promo"} or {"flow": "win-back"}'
    problems.append(Problem(path="/scope", message=f"{_shown(raw)} is not a scope", hint=hint))
    return Scope(kind="all")


def _per(raw: Any, problems: list[Problem]) -> timedelta:
    try:
        found = durations.read(raw)
    except ValueError:
        found = timedelta(0)
    if timedelta(minutes=1) <= found <= LONGEST:
        return found
    problems.append(Problem(path="/per", message=f"{_shown(raw)} is no window", hint='"1m" to "366d", such as "7d"'))
    return _DAY


def _hour(raw: Any, path: str, problems: list[Problem]) -> time:
    if isinstance(raw, str) and _HOUR.fullmatch(raw):
        return time.fromisoformat(raw)
    problems.append(Problem(path=path, message=f"{_shown(raw)} is not a time of day", hint='such as "22:00"'))
    return time()


def _one_of(raw: Any, words: Collection[str], path: str, problems: list[Problem]) -> str:
    if raw in words:
        return str(raw)
    problems.append(Problem(path=path, message=f"{_shown(raw)} is not known", hint="one of " + ", ".join(words)))
    return ""


def _purposes(raw: Any, problems: list[Problem]) -> frozenset[str]:
    if isinstance(raw, list) and raw and all(isinstance(one, str) and 0 < len(one) <= 40 for one in raw):
        return frozenset(raw)
    problems.append(
        Problem(path="/purpose", message=f"{_shown(raw)} is no list of purposes", hint='such as ["marketing"]')
    )
    return frozenset()


def _shown(raw: Any) -> str:
    return "nothing" if raw is None else repr(raw)[:80]
