"""Reads the durations of a rule's form."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from audiences.conditions import durations
from campaigns.rules.form.reader import Reader, shown

NOTHING: Final = timedelta(0)
LONGEST: Final = timedelta(days=365)


def read_duration(
    reader: Reader,
    raw: Mapping[str, Any],
    key: str,
    path: str,
    *,
    least: timedelta = NOTHING,
    most: timedelta = LONGEST,
    needed: bool = False,
) -> timedelta:
    """Return the duration under `key`; nothing, and a note if it makes no sense, where there is none."""
    if key not in raw:
        if needed:
            reader.problem(path, f"{key} is missing", f'add a duration, such as "{key}": "10m"')
        return NOTHING
    try:
        found = durations.read(raw[key])
    except ValueError as error:
        reader.problem(f"{path}/{key}", f"{shown(raw[key])}: {error}", durations.HINT)
        return NOTHING
    if not least <= found <= most:
        hint = f"{durations.write(least)} to {durations.write(most)}"
        reader.problem(f"{path}/{key}", f"{shown(raw[key])} is out of range", hint)
        return NOTHING
    return found


def schema(description: str) -> dict[str, Any]:
    """Return the schema of a duration."""
    return {"type": "string", "pattern": durations.PATTERN, "description": description}
