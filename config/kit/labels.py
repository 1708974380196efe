"""A state as people see it: never colour alone, always an icon and a word as well."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise

LEVELS: Final = frozenset({"", "ok", "warn", "bad", "info", "vio", "brand"})


@dataclass(frozen=True, slots=True)
class Label:
    """What a badge shows. `level` is one of `LEVELS`, `icon` a name in the sprite, `text` translatable."""

    level: str
    icon: str
    text: "str | Promise | Any"

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"{self.level!r} is not a level")

    def __str__(self) -> str:
        return str(self.text)
