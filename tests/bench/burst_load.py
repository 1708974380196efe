"""Mentions of a day with one burst of anger in it, and at which of them a plain reading in order raises the alarm."""

import random
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

OVER = timedelta(minutes=10)
CALM = timedelta(minutes=15)
MORE_THAN, SOURCES = 50, 3
RULE: dict[str, Any] = {
    "key": "escalation",
    "on": ["mention"],
    "group_by": ["brand"],
    "where": [{"property": "sentiment", "is": "lt", "value": 0}],
    "over": "10m",
    "resolve": "15m",
    "measure": {"count": {}, "distinct": "source"},
    "if": {
        "all": [
            {"measure": "count", "is": "gt", "value": MORE_THAN},
            {"measure": "distinct", "is": "gte", "value": SOURCES},
        ]
    },
}
NAMES = ("weibo", "douyin", "news", "forum", "wechat", "app", "shop", "tv")


class Said(NamedTuple):
    """A mention: when, its number, where, and how angry."""

    at: datetime
    number: int
    source: str
    sentiment: float

    def told(self) -> dict[str, Any]:
        return {
            "id": str(self.number),
            "source": self.source,
            "text": f"what somebody said, number {self.number}",
            "author": f"u{self.number % 5_000}",
            "at": self.at.isoformat(),
            "brand": "acme",
            "sentiment": self.sentiment,
        }


def mentions(count: int, *, start: datetime, lasts: timedelta = timedelta(days=1)) -> list[Said]:
    """Make a day of mentions, in the order of time; three minutes of them, at two thirds, are angry.

    Else about 25 in ten minutes are, whatever the count.
    """
    chance = random.Random(count)
    angry = 25 * (lasts / OVER) / count
    offsets = sorted(chance.uniform(0, lasts.total_seconds()) for _ in range(count - 90))
    middle = lasts.total_seconds() * 2 / 3
    burst = {chance.uniform(middle, middle + 180) for _ in range(90)}
    return [
        Said(
            at=start + timedelta(microseconds=int(offset * 1e6)),
            number=number,
            source=chance.choice(NAMES),
            sentiment=-0.8 if offset in burst or chance.random() < angry else 0.4,
        )
        for number, offset in enumerate(sorted([*offsets, *burst]))
    ]


def as_they_come(told: Sequence[Said], *, size: int = 1_000) -> Iterator[tuple[datetime, list[Said]]]:
    """Yield requests of at most a minute: what came, up to 20 s late and not in order, and when."""
    chance = random.Random(1)
    late, minute = timedelta(seconds=20), timedelta(minutes=1)
    part: list[Said] = []
    for said in sorted(told, key=lambda said: said.at + chance.random() * late):
        if part and (len(part) == size or said.at > part[0].at + minute):
            yield max(each.at for each in part) + late, part
            part = []
        part.append(said)
    yield max(each.at for each in part) + late, part


def alarms(told: Sequence[Said]) -> list[tuple[int, dict[str, int]]]:
    """Return at which mention each alarm is raised, and on which figures: one pass over the day, in order.

    It takes a quarter of an hour without the condition until there is another one.
    """
    seen: deque[Said] = deque()
    sources: Counter[str] = Counter()
    raised, held, fell = [], False, None
    for said in sorted(told):
        if said.sentiment >= 0:
            continue
        while seen and seen[0].at <= said.at - OVER:
            gone = seen.popleft()
            sources[gone.source] -= 1
            if held and not _holds(seen, sources):
                held, fell = False, gone.at + OVER
        seen.append(said)
        sources[said.source] += 1
        now = _holds(seen, sources)
        if now and not held and (fell is None or said.at - fell >= CALM):
            raised.append((said.number, {"count": len(seen), "distinct": _different(sources)}))
        held = now
    return raised


def _holds(seen: deque[Said], sources: Counter[str]) -> bool:
    return len(seen) > MORE_THAN and _different(sources) >= SOURCES


def _different(sources: Counter[str]) -> int:
    return sum(n > 0 for n in sources.values())
