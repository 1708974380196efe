"""What steers a rule's firing, whatever it is about (`priority`, `enabled`, `mode`)."""

from dataclasses import dataclass
from typing import Any, Final

from campaigns.rules.form.reader import Reader, shown

KEYS: Final = ("priority", "enabled", "mode")
MODES: Final = ("live", "shadow", "off")
PRIORITIES: Final = (-1_000_000, 1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """How a rule that matches may fire."""

    priority: int
    enabled: bool
    mode: str

    def as_json(self) -> dict[str, Any]:
        """Return its keys as a version stores them."""
        return {"priority": self.priority, "enabled": self.enabled, "mode": self.mode}


def read(reader: Reader) -> Controls:
    """Read the controls; faults are noted in the reader."""
    return Controls(priority=_priority(reader), enabled=reader.typed("enabled", bool, True), mode=_mode(reader))


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


def properties() -> dict[str, Any]:
    """Return the schema of the keys."""
    return {
        "priority": {"type": "integer", "minimum": PRIORITIES[0], "maximum": PRIORITIES[1], "default": 100},
        "enabled": {"type": "boolean", "default": True},
        "mode": {"enum": list(MODES), "default": "live"},
    }
