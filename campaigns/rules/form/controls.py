"""What steers a rule's firing, whatever it is about: order, mode, exclusion, limits in number and in time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from audiences.conditions import durations
from campaigns.rules.form import schedule as schedules
from campaigns.rules.form.reader import KEY, Reader, pointer, shown
from campaigns.rules.form.schedule import Schedule

KEYS: Final = (
    *("priority", "enabled", "mode"),
    *("exclusive", "cooldown", "max_firings", "schedule", "expires", "rollout"),
)
MODES: Final = ("live", "shadow", "off")
PRIORITIES: Final = (-1_000_000, 1_000_000)
MOST_PER_SUBJECT: Final = 1_000
MOST_IN_ALL: Final = 1_000_000_000
WHOLE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How often a rule may fire: for one subject, and in all; `per` is the rolling window in which that counts."""

    per_subject: int | None
    in_all: int | None
    per: timedelta | None

    def as_json(self) -> dict[str, Any]:
        """Return it as a version stores it."""
        counts = {"per_subject": self.per_subject, "in_all": self.in_all}
        written: dict[str, Any] = {key: count for key, count in counts.items() if count is not None}
        return written if self.per is None else {**written, "per": durations.write(self.per)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """How a rule that matches may fire; None means that nothing holds it back so."""

    priority: int
    enabled: bool
    mode: str
    exclusive: str | None = None
    cooldown: timedelta | None = None
    limit: Limit | None = None
    schedule: Schedule | None = None
    expires: datetime | None = None
    rollout: float = WHOLE

    @property
    def remembers(self) -> bool:
        """Whether what fired before, or beside it, can hold the rule back."""
        return self.exclusive is not None or self.cooldown is not None or self.limit is not None

    @property
    def is_bounded(self) -> bool:
        """Whether it cannot fire on and on for one person."""
        return self.cooldown is not None or self.limit is not None

    def as_json(self) -> dict[str, Any]:
        """Return its keys as a version stores them; what is left out is not written."""
        written: dict[str, Any] = {"priority": self.priority, "enabled": self.enabled, "mode": self.mode}
        if self.exclusive is not None:
            written["exclusive"] = self.exclusive
        if self.cooldown is not None:
            written["cooldown"] = durations.write(self.cooldown)
        if self.limit is not None:
            written["max_firings"] = self.limit.as_json()
        if self.schedule is not None:
            written["schedule"] = self.schedule.as_json()
        if self.expires is not None:
            written["expires"] = schedules.write_instant(self.expires)
        return written if self.rollout == WHOLE else {**written, "rollout": self.rollout}


def read(reader: Reader) -> Controls:
    """Read the controls; faults are noted in the reader."""
    raw = reader.raw
    return Controls(
        priority=_priority(reader),
        enabled=reader.typed("enabled", bool, True),
        mode=_mode(reader),
        exclusive=_exclusive(reader, raw.get("exclusive")),
        cooldown=_duration(reader, "/cooldown", raw.get("cooldown")),
        limit=_limit(reader, raw.get("max_firings")),
        schedule=None if raw.get("schedule") is None else schedules.read(reader, raw["schedule"]),
        expires=schedules.read_instant(reader, "/expires", raw.get("expires")),
        rollout=_rollout(reader, raw.get("rollout")),
    )


def _priority(reader: Reader) -> int:
    value = reader.typed("priority", int, 100)
    if not PRIORITIES[0] <= value <= PRIORITIES[1]:
        reader.problem("/priority", f"{shown(value)} is out of range", f"{PRIORITIES[0]} to {PRIORITIES[1]}")
    return value


def _mode(reader: Reader) -> str:
    value = reader.raw.get("mode", "live")
    if value not in MODES:
        reader.problem("/mode", f"there is no mode {shown(value)}", "one of " + ", ".join(MODES))
    return str(value)


def _exclusive(reader: Reader, raw: Any) -> str | None:
    if raw is None:
        return None
    return reader.key("/exclusive", raw, what="the key of a group of rules") or None


def _duration(reader: Reader, path: str, raw: Any) -> timedelta | None:
    if raw is None:
        return None
    try:
        found = durations.read(raw)
    except ValueError as fault:
        reader.problem(path, f"{shown(raw)}: {fault}", durations.HINT)
        return None
    if not found:
        reader.problem(path, f"{shown(raw)} is no time at all", "leave it out, or give a longer one")
    return found or None


def _limit(reader: Reader, raw: Any) -> Limit | None:
    if raw is None:
        return None
    known = ("per_subject", "in_all", "per")
    if not isinstance(raw, Mapping) or not ({"per_subject", "in_all"} & raw.keys()):
        hint = '{"per_subject": 1}, {"in_all": 1000} or both, with a window: "per": "30d"'
        reader.problem("/max_firings", f"{shown(raw)} does not say how often", hint)
        return None
    for key in raw:
        if key not in known:
            reader.problem(f"/max_firings/{pointer(key)}", "there is no such limit", "known are " + ", ".join(known))
    return Limit(
        per_subject=_count(reader, "/max_firings/per_subject", raw.get("per_subject"), most=MOST_PER_SUBJECT),
        in_all=_count(reader, "/max_firings/in_all", raw.get("in_all"), most=MOST_IN_ALL),
        per=_duration(reader, "/max_firings/per", raw.get("per")),
    )


def _count(reader: Reader, path: str, raw: Any, *, most: int) -> int | None:
    if raw is None:
        return None
    if type(raw) is not int or not 1 <= raw <= most:
        reader.problem(path, f"{shown(raw)} is not a number of firings", f"1 to {most:,}")
        return None
    return raw


def _rollout(reader: Reader, raw: Any) -> float:
    if raw is None:
        return WHOLE
    if type(raw) not in (int, float) or not 0 <= raw <= WHOLE:
        reader.problem("/rollout", f"{shown(raw)} is not a share of people", "a percentage, 0 to 100")
        return WHOLE
    return float(raw) if raw % 1 else int(raw)


def properties() -> dict[str, Any]:
    """Return the schema of the keys."""
    duration = {"type": "string", "pattern": durations.PATTERN}
    limits = {
        "per_subject": {"type": "integer", "minimum": 1, "maximum": MOST_PER_SUBJECT},
        "in_all": {"type": "integer", "minimum": 1, "maximum": MOST_IN_ALL},
        "per": {**duration, "description": "the rolling window in which it counts; left out: ever"},
    }
    return {
        "priority": {"type": "integer", "minimum": PRIORITIES[0], "maximum": PRIORITIES[1], "default": 100},
        "enabled": {"type": "boolean", "default": True},
        "mode": {"enum": list(MODES), "default": "live"},
        "exclusive": {
            "type": "string",
            "pattern": f"^{KEY.pattern}$",
            "description": "of the rules of one group that match an event, only the first by priority fires",
        },
        "cooldown": {**duration, "description": "after it fired for a person it does not fire again for so long"},
        "max_firings": {
            "type": "object",
            "properties": limits,
            "anyOf": [{"required": ["per_subject"]}, {"required": ["in_all"]}],
            "additionalProperties": False,
        },
        "schedule": schedules.schema(),
        "expires": {"type": "string", "format": "date-time", "description": "from this instant on it no longer fires"},
        "rollout": {
            "type": "number",
            "minimum": 0,
            "maximum": WHOLE,
            "default": WHOLE,
            "description": "the percentage of people for whom it may fire; more only adds people",
        },
    }
