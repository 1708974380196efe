"""The demo's baskets, and how a year that is long past is laid over the days that end now."""

import csv
import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from config.demo.households import DATA

DEPARTMENTS: Final = {
    "a": "grocery",
    "b": "drugstore",
    "c": "produce",
    "d": "meat",
    "e": "packaged meat",
    "f": "deli",
    "g": "pastry",
    "h": "cosmetics",
    "i": "floral",
    "j": "packaged seafood",
    "k": "nutrition",
}
DAY: Final = 86_400
WINDOW: Final = timedelta(days=30)
"""The window of the demo's segment: what is that old when the last day begins lapses in its course."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """One purchase; `second` counts from the beginning of the data."""

    number: int
    household: int
    second: int
    properties: dict[str, Any]

    def as_track(self, message_id: str, at: datetime) -> dict[str, Any]:
        """Return the call that tells of this purchase as of `at`."""
        return {
            "type": "track",
            "event": "purchase",
            "messageId": message_id,
            "userId": f"hh-{self.household}",
            "timestamp": at.isoformat(timespec="milliseconds"),
            "properties": self.properties,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """The baskets of the days that are fed, in three parts by when they are sent.

    `history` goes first. `lapsing` is the day that leaves the 30-day window in the course of the last day; it is
    pressed together just like that day, so that what lapsed in a day lapses during the live stream. `live` is the
    last day.
    """

    history: Sequence[Basket]
    lapsing: Sequence[Basket]
    live: Sequence[Basket]
    end: int

    def time_of(self, basket: Basket, *, anchor: datetime) -> datetime:
        """Return when a basket of the history happened, if the last day begins at `anchor`."""
        return anchor - timedelta(seconds=self.end - DAY - basket.second)

    def lapsing_time(self, basket: Basket, *, live_start: datetime, live_seconds: float) -> datetime:
        """Return the instant that will be 30 days old when the same hour of the last day is played."""
        return live_start - WINDOW + self.live_offset(basket.second + WINDOW.days * DAY, live_seconds=live_seconds)

    def live_offset(self, second: int, *, live_seconds: float) -> timedelta:
        """Return how long after the start of the stream a second of the last day is played."""
        return timedelta(seconds=(second - (self.end - DAY)) / DAY * live_seconds)


def read_year(*, days: int) -> Year:
    """Return the last `days` days of the data, the last of them as the live stream."""
    baskets = list(_read())
    end = baskets[-1].second
    return Year(
        history=[b for b in baskets if end - days * DAY < b.second <= end - DAY and not _lapses(b, end)],
        lapsing=[b for b in baskets if _lapses(b, end)],
        live=[b for b in baskets if b.second > end - DAY],
        end=end,
    )


def _lapses(basket: Basket, end: int) -> bool:
    return end - DAY < basket.second + WINDOW.days * DAY <= end


def _read() -> Iterator[Basket]:
    second = 0
    with gzip.open(DATA / "baskets.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=1):
            second += int(row["gap_s"])
            yield Basket(
                number=number, household=int(row["household"]), second=second, properties=_properties(number, row)
            )


def _properties(number: int, row: dict[str, str]) -> dict[str, Any]:
    return {
        "order_id": f"B-{number}",
        "amount": int(row["cents"]) / 100,
        "currency": "USD",
        "items": int(row["items"]),
        "saved": int(row["saved_cents"]) / 100,
        "store": row["store"],
        "departments": [DEPARTMENTS[letter] for letter in row["departments"]],
    }
