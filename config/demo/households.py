"""Who the demo's customers are: surveyed facts where there are some, and invented, harmless contact data."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

DATA: Final = Path(__file__).parent / "data"
ZONES: Final = ("America/New_York", "America/Chicago", "America/Los_Angeles", "Asia/Shanghai", "Europe/London")
CHINESE_SHARE: Final = 30


class Standing(StrEnum):
    """What a household decided about marketing mail, or what else stands in its way."""

    GRANTED = "granted"
    NEVER_ASKED = "never asked"
    WITHDRAWN = "withdrawn"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    NO_ADDRESS = "no address"


SHARES: Final = (
    (Standing.NEVER_ASKED, 8),
    (Standing.WITHDRAWN, 6),
    (Standing.BOUNCED, 3),
    (Standing.COMPLAINED, 1),
    (Standing.NO_ADDRESS, 4),
)
"""Per cent of the households; all others agreed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """One customer. Everything but the surveyed facts follows from the number."""

    number: int
    facts: Mapping[str, Any]

    @property
    def user_id(self) -> str:
        return f"hh-{self.number}"

    @property
    def address(self) -> str:
        return f"hh{self.number}@example.com"

    @property
    def standing(self) -> Standing:
        draw = self._draw("standing") % 100
        for standing, share in SHARES:
            if draw < share:
                return standing
            draw -= share
        return Standing.GRANTED

    def traits(self) -> dict[str, Any]:
        """Return what an identify call says about the household."""
        traits: dict[str, Any] = {
            "name": f"Household {self.number}",
            "language": "zh" if self._draw("language") % 100 < CHINESE_SHARE else "en",
            "timezone": ZONES[self._draw("zone") % len(ZONES)],
        }
        if self.standing is not Standing.NO_ADDRESS:
            traits["email"] = self.address
        return traits | ({"household": dict(self.facts)} if self.facts else {})

    def _draw(self, purpose: str) -> int:
        return int.from_bytes(sha256(f"{purpose}:{self.number}".encode()).digest()[:4], "big")


def read_facts() -> dict[int, dict[str, Any]]:
    """Return the surveyed facts by number of the household; what was not answered is left out."""
    with (DATA / "households.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {int(row.pop("household_id")): {name: value for name, value in row.items() if value} for row in rows}


def households(numbers: set[int]) -> list[Household]:
    """Return the households with these numbers, in order."""
    facts = read_facts()
    return [Household(number=number, facts=facts.get(number, {})) for number in sorted(numbers)]
