"""Makes people and their events as a shop's look, from a seed, as lines of COPY.

The shapes are those of 155 848 real baskets of 2 469 households in 2017 (the demo's data), measured once:

- how active a person is: log-normal, sigma 1.13 (the median household has 43 baskets, the busiest 780);
- what a basket costs: log-normal, mu 2.75, sigma 1.23 (median 17.6, 95 % below 102);
- when: by weekday (weekends 20 % above the rest) and hour (11 to 3 at night full, 8 in the morning nearly nobody);
  the months differ by less than 10 %, so ninety days stand for a year.

Views, carts and openings are put around the purchases: 15 % of all events are purchases.
"""

import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from config.kit.ids import derived

DAYS: Final = 90
NOW: Final = datetime.fromisoformat(os.environ.setdefault("BENCH_NOW", f"{datetime.now(UTC):%Y-%m-%dT%H:00:00}+00:00"))
"""The last full hour when the bench began; the processes that it starts are told."""

WEEKDAYS: Final = (21_561, 20_997, 20_431, 21_006, 21_081, 24_842, 25_930)
HOURS: Final = (
    11_111, 8_343, 5_338, 3_051, 1_507, 724, 675, 382, 226, 306, 824, 1_854,
    2_954, 4_160, 6_127, 8_467, 10_097, 10_429, 10_980, 11_659, 13_218, 14_950, 15_106, 13_360,
)  # fmt: skip
NAMES: Final = ("view", "cart", "purchase", "open")
SHARES: Final = (60, 15, 15, 10)
COUNTRIES: Final = ("CN", "CN", "CN", "CN", "DE", "FR", "JP", "US")
PLANS: Final = ("free", "free", "free", "plus", "pro")
TIERS: Final = ("tin", "tin", "silver", "silver", "gold")
WORKSPACE: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    people: int
    events: int

    def __str__(self) -> str:
        return f"{self.people:,} people × {self.events:,} events"


def person_id(number: int) -> str:
    return derived(WORKSPACE, "user", f"u{number}").hex


def people(count: int) -> Iterator[str]:
    """Yield the people as lines of COPY."""
    chance = random.Random(1)
    at = (NOW - timedelta(days=DAYS)).isoformat()
    for number in range(count):
        traits = {
            "email": f"u{number}@example.com",
            "country": chance.choice(COUNTRIES),
            "plan": chance.choice(PLANS),
            "tier": chance.choice(TIERS),
            "age": chance.randint(18, 80),
            "tags": chance.sample(("wine", "baby", "pets", "vegan", "sport"), 2),
        }
        times = json.dumps(dict.fromkeys(traits, at))
        yield f"{person_id(number)}\t{WORKSPACE}\tu{number}\t{json.dumps(traits)}\t{times}\t{at}\t{NOW.isoformat()}\n"


def events(size: Size, days: range) -> Iterator[str]:
    """Yield the events of some of the days as lines of COPY, in the order of time."""
    chance, ids = random.Random(2), [person_id(number) for number in range(size.people)]
    activity = [chance.lognormvariate(0, 1.13) for _ in ids]
    weights = _cumulated(activity)
    for number in days:
        day = (NOW - timedelta(days=DAYS - number)).replace(hour=0, minute=0)
        yield from _of_day(size, day, number, ids, weights)


def _of_day(size: Size, day: datetime, number: int, ids: list[str], weights: list[float]) -> Iterator[str]:
    chance = random.Random(1_000 + number)
    share = WEEKDAYS[day.weekday()] / (sum(WEEKDAYS) / 7)
    count = round(size.events / DAYS * share)
    hours = sorted(chance.choices(range(24), HOURS, k=count))
    who = chance.choices(ids, cum_weights=weights, k=count)
    what = chance.choices(NAMES, SHARES, k=count)
    start = int(day.timestamp())
    for place in range(count):
        second = start + hours[place] * 3_600 + place % 3_600
        yield _line(chance, second, place, who[place], what[place])


def _line(chance: random.Random, second: int, place: int, who: str, name: str) -> str:
    ident = f"{second * 1000:012x}7{place % 4096:03x}8{place:015x}"
    amount = round(chance.lognormvariate(2.75, 1.23), 2)
    properties = (
        f'{{"amount": {amount}, "sku": "S{place % 9_973}", "category": "c{place % 31}", "store": {place % 400}}}'
    )
    at = datetime.fromtimestamp(second, UTC).isoformat()
    return f"{ident}\t{who}\t{at}\t{WORKSPACE}\t1\t{name}\t\\N\t\\N\t{properties}\t\\N\n"


def _cumulated(weights: list[float]) -> list[float]:
    total, found = 0.0, []
    for weight in weights:
        total += weight
        found.append(total)
    return found
