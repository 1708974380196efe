"""Makes people and their events as a shop's look: people as lines of COPY, events by the server itself.

The shapes are those of 155 848 real baskets of 2 469 households in 2017 (the demo's data), measured once:

- how active a person is: log-normal, sigma 1.13 (the median household has 43 baskets, the busiest 780);
- what a basket costs: log-normal, mu 2.75, sigma 1.23 (median 17.6, 95 % below 102);
- when: by weekday (weekends 20 % above the rest) and hour (11 to 3 at night full, 8 in the morning nearly nobody);
  the months differ by less than 10 %, so ninety days stand for a year.

Views, carts and openings are put around the purchases: 15 % of all events are purchases. Everything comes from seeds.
"""

import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from config.kit.ids import derived

DAYS: Final = 90
NOW: Final = datetime.fromisoformat(os.environ.setdefault("BENCH_NOW", f"{datetime.now(UTC):%Y-%m-%dT%H:00:00}+00:00"))
"""The last full hour when the bench began; the processes that it starts are told."""

WEEKDAYS: Final = (21_561, 20_997, 20_431, 21_006, 21_081, 24_842, 25_930)
HOURS: Final = (
    11_111, 8_343, 5_338, 3_051, 1_507, 724, 675, 382, 226, 306, 824, 1_854,
    2_954, 4_160, 6_127, 8_467, 10_097, 10_429, 10_980, 11_659, 13_218, 14_950, 15_106, 13_360,
)  # fmt: skip
COUNTRIES: Final = ("CN", "CN", "CN", "CN", "DE", "FR", "JP", "US")
PLANS: Final = ("free", "free", "free", "plus", "pro")
TIERS: Final = ("tin", "tin", "silver", "silver", "gold")
CITIES: Final = ("上海", "北京", "广州", "成都", "München", "Tours", "東京", "Austin")
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
        place = chance.randrange(len(CITIES))
        traits = {
            "email": f"u{number}@example.com",
            "country": COUNTRIES[place],
            "city": CITIES[place],
            "plan": chance.choice(PLANS),
            "tier": chance.choice(TIERS),
            "age": chance.randint(18, 80),
            "tags": chance.sample(("wine", "baby", "pets", "vegan", "sport"), 2),
            "signed_up": (NOW - timedelta(seconds=chance.randrange(3 * 365 * 86_400))).isoformat(),
        }
        times = json.dumps(dict.fromkeys(traits, at))
        told = json.dumps(traits, ensure_ascii=False)
        yield f"{person_id(number)}\t{WORKSPACE}\tu{number}\t{told}\t{times}\t{at}\t{NOW.isoformat()}\n"


def hours(size: Size, days: range) -> list[dict[str, Any]]:
    """Return the hours of some of the days, in the order of time: when each begins and how much happens in it."""
    return [
        {"at": int(day.timestamp()) + hour * 3_600, "n": round(_of_day(size, day) * share / sum(HOURS))}
        for number in days
        for day in ((NOW - timedelta(days=DAYS - number)).replace(hour=0, minute=0),)
        for hour, share in enumerate(HOURS)
    ]


def _of_day(size: Size, day: datetime) -> float:
    return size.events / DAYS * WEEKDAYS[day.weekday()] / (sum(WEEKDAYS) / 7)


ACTIVITY: Final = """
create unlogged table crowd_activity as
select id, sum(activity) over (order by n rows unbounded preceding) as until from (
    select id, substr(user_id, 2)::int as n, exp(1.13 * random_normal()) as activity from audiences_person order by n) p
"""
"""How active everybody is, summed up: who acts next is where a random number falls."""

EVENTS: Final = """
with crowd as materialized (
    select array_agg(id order by until) as ids, array_agg(until order by until) as until, max(until) as total
    from crowd_activity),
acts as (
    select h.at::bigint * 1000 + place * 3600000::bigint / h.n as ms, place, random() as who, random() as what,
        round(exp(2.75 + 1.23 * random_normal())::numeric, 2) as amount
    from jsonb_to_recordset(%s::jsonb) as h(at bigint, n integer), generate_series(0, h.n - 1) as place)
insert into audiences_event (id, person_id, event_time, workspace_id, kind, name, properties)
select (lpad(to_hex(ms), 12, '0') || '7' || lpad(to_hex(place & 4095), 3, '0') || '8' || lpad(to_hex(place), 15, '0'))
        ::uuid,
    (select ids from crowd)[1 + width_bucket(who * (select total from crowd), (select until from crowd))],
    to_timestamp(ms / 1000), 1, 1,
    case when what < 0.6 then 'view' when what < 0.75 then 'cart' when what < 0.9 then 'purchase' else 'open' end,
    ('{"amount": ' || amount || ', "sku": "S' || place %% 9973 || '", "category": "c' || place %% 31
        || '", "store": ' || place %% 400 || '}')::jsonb
from acts
"""
"""What happens in the hours that are given."""
