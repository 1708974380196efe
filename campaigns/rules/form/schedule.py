"""When a rule may fire: between two instants, on weekdays, within hours, by the clock of a zone (`schedule`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from audiences.conditions import instants
from campaigns.rules.form.reader import Reader, pointer, shown
from config.kit.local_time import EVERY_DAY, window_opening, zone_named

KEYS: Final = ("from", "until", "weekdays", "window", "zone")
WORKSPACE: Final = "workspace"
_HOUR: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_HINT: Final = '{"window": {"from": "08:00", "to": "20:00"}, "weekdays": [1, 2, 3, 4, 5], "zone": "Europe/Berlin"}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The instants at which a rule may fire; what is not said does not narrow."""

    since: datetime | None = None
    until: datetime | None = None
    weekdays: frozenset[int] = EVERY_DAY
    opens: time | None = None
    closes: time | None = None
    zone: str = WORKSPACE

    @property
    def by_workspace(self) -> bool:
        """Whether the clock of the workspace decides."""
        return self.zone == WORKSPACE and (self.opens is not None or self.weekdays != EVERY_DAY)

    def allows(self, at: datetime, *, workspace_zone: str) -> bool:
        """Say whether the rule may fire at `at`: from `since` on, before `until`, on the day and within the hours."""
        if (self.since is not None and at < self.since) or (self.until is not None and at >= self.until):
            return False
        zone = zone_named(workspace_zone if self.zone == WORKSPACE else self.zone) or ZoneInfo("UTC")
        if self.opens is None or self.closes is None:
            return at.astimezone(zone).isoweekday() in self.weekdays
        return window_opening(at, self.opens, self.closes, zone=zone, weekdays=self.weekdays) == at

    def as_json(self) -> dict[str, Any]:
        """Return it as a version stores it."""
        written: dict[str, Any] = {}
        if self.since is not None:
            written["from"] = write_instant(self.since)
        if self.until is not None:
            written["until"] = write_instant(self.until)
        if self.weekdays != EVERY_DAY:
            written["weekdays"] = sorted(self.weekdays)
        if self.opens is not None and self.closes is not None:
            written["window"] = {"from": f"{self.opens:%H:%M}", "to": f"{self.closes:%H:%M}"}
        return written | {"zone": self.zone}


def read(reader: Reader, raw: Any) -> Schedule | None:
    """Read a schedule; None, and a note, if it makes no sense."""
    if not isinstance(raw, Mapping) or not raw:
        reader.problem("/schedule", f"{shown(raw)} is not a schedule", _HINT)
        return None
    for key in raw:
        if key not in KEYS:
            reader.problem(f"/schedule/{pointer(key)}", "a schedule has no such key", "known are " + ", ".join(KEYS))
    since = read_instant(reader, "/schedule/from", raw.get("from"))
    until = read_instant(reader, "/schedule/until", raw.get("until"))
    if since is not None and until is not None and since >= until:
        reader.problem("/schedule/until", "it ends before it begins", "give an instant after `from`")
    opens, closes = _window(reader, raw.get("window"))
    return Schedule(
        since=since,
        until=until,
        weekdays=_weekdays(reader, raw.get("weekdays")),
        opens=opens,
        closes=closes,
        zone=_zone(reader, raw.get("zone", WORKSPACE)),
    )


def read_instant(reader: Reader, path: str, raw: Any) -> datetime | None:
    """Read an instant; None where there is none, and a note if it is not one."""
    if raw is None:
        return None
    found = instants.instant(raw) if isinstance(raw, str) else None
    if found is None:
        reader.problem(path, f"{shown(raw)} is not an instant", instants.HINT)
    return found


def write_instant(at: datetime) -> str:
    """Return an instant in its one form."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _weekdays(reader: Reader, raw: Any) -> frozenset[int]:
    if raw is None:
        return EVERY_DAY
    if not isinstance(raw, list) or not raw or not all(type(day) is int and 1 <= day <= 7 for day in raw):
        reader.problem("/schedule/weekdays", f"{shown(raw)} are not weekdays", "a list of 1 (Monday) to 7 (Sunday)")
        return EVERY_DAY
    return frozenset(raw)


def _window(reader: Reader, raw: Any) -> tuple[time | None, time | None]:
    if raw is None:
        return None, None
    if not isinstance(raw, Mapping) or set(raw) != {"from", "to"}:
        reader.problem("/schedule/window", f"{shown(raw)} are not hours", 'write {"from": "08:00", "to": "20:00"}')
        return None, None
    opens, closes = (_hour(reader, f"/schedule/window/{key}", raw[key]) for key in ("from", "to"))
    if opens is not None and opens == closes:
        reader.problem("/schedule/window/to", "the window is empty", "leave it out to mean the whole day")
    return opens, closes


def _hour(reader: Reader, path: str, raw: Any) -> time | None:
    try:
        if isinstance(raw, str) and len(raw) == 5:
            return time.fromisoformat(raw)
    except ValueError:
        pass
    reader.problem(path, f"{shown(raw)} is not a time of day", "write it like 08:00")
    return None


def _zone(reader: Reader, raw: Any) -> str:
    if raw == WORKSPACE or (isinstance(raw, str) and zone_named(raw) is not None):
        return str(raw)
    reader.problem("/schedule/zone", f"{shown(raw)} is not a time zone", "workspace, or a name such as Asia/Shanghai")
    return WORKSPACE


def schema() -> dict[str, Any]:
    """Return the schema of a schedule."""
    instant, hour = {"type": "string", "format": "date-time"}, {"type": "string", "pattern": _HOUR}
    window = {
        "type": "object",
        "properties": {"from": hour, "to": hour},
        "required": ["from", "to"],
        "additionalProperties": False,
        "description": "half open; a start later than the end means over midnight",
    }
    return {
        "type": "object",
        "properties": {
            "from": {**instant, "description": "it may fire from this instant on"},
            "until": {**instant, "description": "it may fire before this instant"},
            "weekdays": {
                "type": "array",
                "items": {"type": "integer", "minimum": 1, "maximum": 7},
                "minItems": 1,
                "description": "1 is Monday",
            },
            "window": window,
            "zone": {"type": "string", "default": WORKSPACE, "description": "workspace, or an IANA name"},
        },
        "minProperties": 1,
        "additionalProperties": False,
        "description": "judged at the time of the event",
    }
