"""Draws conditions, and people whose past lies exactly at the edges of windows, so that leaves often turn.

Seeded and plain: it makes thousands of cases in the time in which a shrinking generator makes hundreds.
"""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from audiences.conditions import OPERATORS, Place
from audiences.conditions.amounts import COMPARED_BY, MEASURES
from tests.agreement.strategies import CONSENTS, PATTERNS, SEGMENTS, WINDOWS, Happening, Someone

TICK: Final = timedelta(microseconds=1)
MOMENTS: Final = (
    datetime(2026, 3, 2, 12, 0, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 30, tzinfo=UTC),  # an hour is left out in Berlin
    datetime(2026, 10, 25, 1, 0, tzinfo=UTC),  # an hour comes twice there
    datetime(2026, 3, 8, 7, 0, tzinfo=UTC),  # and left out in New York
    datetime(2028, 2, 29, 0, 0, tzinfo=UTC),
    datetime(2028, 3, 1, 0, 0, tzinfo=UTC),
    datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
)
ZONES: Final = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe")
EVENTS: Final = ("buy", "view", "付款")
NAMES: Final = ("amount", "amount", "city", "tags", "address.city", "seen")
TEXTS: Final = (
    "a",
    "A",
    "ab",
    "5",
    "true",
    "上海",
    "上海市",
    "é",
    "e\u0301",
    "\u212b",
    "K",
    "\u212a",
    "\ufa45",
    "海",
    "'%",
)
NUMBERS: Final = (0, 1, 2, 5, 5.0, 0.1, 0.2, 0.3, -1, 1e22, 10**22, 2**53 + 1, 1e-7)
OTHERS: Final = (None, "", [], True, False, {"city": "a"}, ["a", "e\u0301"], [1, "1"], [[1]], ["上海", 5.0])
FORMS: Final = ("at_least", "at_most", "exactly", "less_than", "more_than")
EDGES: Final = (timedelta(0), *(timedelta(seconds=seconds) for seconds in WINDOWS.values()))


class Cases:
    """One seed's conditions and people, as of one moment."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.now = self.random.choice(MOMENTS)
        self.zone = self.random.choice(ZONES)

    def conditions(self, count: int, place: Place) -> list[dict[str, Any]]:
        return [self._condition(place, 2) for _ in range(count)]

    def people(self, count: int) -> list[Someone]:
        return [self._person() for _ in range(count)]

    def _pick(self, things: Sequence[Any]) -> Any:
        return self.random.choice(things)

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _condition(self, place: Place, depth: int) -> dict[str, Any]:
        if depth and self._chance(0.25):
            if self._chance(0.3):
                return {"not": self._condition(place, depth - 1)}
            parts = [self._condition(place, depth - 1) for _ in range(self.random.randint(1, 3))]
            return {self._pick(("all", "any")): parts}
        return self._leaf(place)

    def _leaf(self, place: Place) -> dict[str, Any]:
        kinds = [*(2 * PASTS), self._held, self._trait, self._segment, self._consent]
        if place is Place.EVENT:
            kinds += [self._property, self._event_name]
        kind = self._pick(kinds)
        return kind(self) if kind in PASTS else kind()

    def _trait(self) -> dict[str, Any]:
        return self._compared("trait")

    def _property(self) -> dict[str, Any]:
        return self._compared("property")

    def _event_name(self) -> dict[str, Any]:
        return {"event_name": self.random.sample(EVENTS, self.random.randint(1, 2))}

    def _segment(self) -> dict[str, Any]:
        return {"segment": self._pick(SEGMENTS)}

    def _consent(self) -> dict[str, Any]:
        channel, purpose = self._pick(CONSENTS)
        return {"consent": {"channel": channel, "purpose": purpose}}

    def _held(self) -> dict[str, Any]:
        return {"held": self._trait(), "for": {self._pick(("at_least", "less_than")): self._window()}}

    def _compared(self, what: str) -> dict[str, Any]:
        op = self._pick(tuple(OPERATORS))
        leaf = {what: self._pick(NAMES), "is": op}
        return leaf if op in ("exists", "not_exists") else leaf | {"value": self._limit(op)}

    def _limit(self, op: str) -> Any:
        some = [self._pick((*TEXTS, *NUMBERS, True)) for _ in range(self.random.randint(1, 3))]
        limits = {
            **dict.fromkeys(("lt", "lte", "gt", "gte"), self._pick((*TEXTS, *NUMBERS))),
            **dict.fromkeys(("in", "not_in", "has_any", "has_all"), some),
            **dict.fromkeys(("starts_with", "ends_with"), self._pick(TEXTS)),
            **dict.fromkeys(("before", "after"), self._written(self._moment())),
            **dict.fromkeys(("older_than", "newer_than"), self._window()),
            "between": [0, self._pick((1, 5, 10**22))] if self._chance(0.6) else ["A", "é"],
            "matches": self._pick(PATTERNS),
        }
        return limits.get(op, some[0])

    def _window(self) -> str:
        return self._pick(tuple(WINDOWS))

    def _where(self, share: float = 0.35) -> dict[str, Any]:
        if not self._chance(share):
            return {}
        easy = {"property": "amount", "is": self._pick(("exists", "not_exists", "ne")), "value": 5}
        if easy["is"] != "ne":
            del easy["value"]
        return {"where": [easy if self._chance(0.5) else self._property()]}

    def _within(self, share: float = 0.7) -> dict[str, Any]:
        return {"within": self._window()} if self._chance(share) else {}

    def _times(self) -> dict[str, Any]:
        return {self._pick(FORMS): self.random.randint(0, 3)}

    def did(self) -> dict[str, Any]:
        return {"did": self._pick(EVENTS), **self._where(), **self._within(), "times": self._times()}

    def measured(self) -> dict[str, Any]:
        op, amount = self._pick(tuple(COMPARED_BY)), self._pick(NUMBERS)
        limit = {"between": [-1, amount] if amount > -1 else [-1, 5], "in": [amount, 1], "not_in": [amount]}
        leaf = {self._pick(tuple(MEASURES)): self._pick(EVENTS), "of": self._pick(NAMES), **self._where(0.2)}
        leaf |= {**self._within(), "is": op}
        return leaf if op in ("exists", "not_exists") else leaf | {"value": limit.get(op, amount)}

    def sequence(self) -> dict[str, Any]:
        steps = [{"event": self._pick(EVENTS), **self._where(0.2)} for _ in range(self.random.randint(1, 3))]
        gapped = [steps[0], *(step | self._within(0.5) for step in steps[1:])]
        return {"sequence": gapped, **self._within(0.5)}

    def last(self) -> dict[str, Any]:
        return {"last": self._pick(EVENTS), **self._where(0.2), "has": [self._property()]}

    def first(self) -> dict[str, Any]:
        return {"first": self._pick(EVENTS), **self._where(0.3), "within": self._window()}

    def stopped(self) -> dict[str, Any]:
        quiet, within = self._pick((("1h", "1d12h"), ("1h", "30d"), ("7d", "30d")))
        return {"stopped": self._pick(EVENTS), **self._where(0.3), "within": within, "quiet": quiet}

    def returned(self) -> dict[str, Any]:
        within, quiet = self._pick((("1h", "1h"), ("1d12h", "1h"), ("1h", "1d12h"), ("7d", "1d12h")))
        return {"returned": self._pick(EVENTS), **self._where(0.3), "within": within, "after_quiet": quiet}

    def regularly(self) -> dict[str, Any]:
        periods = self.random.randint(1, 4)
        asked = {"periods": periods, "in_at_least": self.random.randint(1, periods), "times": self._times()}
        return {"regularly": self._pick(EVENTS), **self._where(0.3), "every": self._window(), **asked}

    def _moment(self) -> datetime:
        """Return an instant at an edge of some window or of two, just beside it, or anywhere."""
        if self._chance(0.15):
            return self.now - timedelta(seconds=self.random.randint(-80_000, 3_000_000))
        age = self._pick(EDGES) + (self._pick(EDGES) if self._chance(0.4) else timedelta(0))
        return self.now - age + self._pick((-TICK, timedelta(0), timedelta(0), TICK))

    def _written(self, at: datetime) -> str:
        return f"{at:%Y-%m-%dT%H:%M:%S.%f}{self._pick(('Z', '9Z', '+00:00'))}"

    def _value(self) -> Any:
        if self._chance(0.1):
            return self._written(self._moment())
        return self._pick(self._pick((TEXTS, NUMBERS, NUMBERS, OTHERS)))

    def _tree(self) -> dict[str, Any]:
        tree = {name: self._value() for name in ("amount", "city", "tags", "seen") if self._chance(0.7)}
        return tree | ({"address": {"city": self._value()}} if self._chance(0.5) else {})

    def _person(self) -> Someone:
        moments = [self._moment() for _ in range(6)]  # drawn from few, so that some fall together
        happened = [
            Happening(name=self._pick(EVENTS), at=self._pick(moments), properties=self._tree())
            for _ in range(self.random.randint(0, 9))
        ]
        told = {(name, self._moment()): self._value() for name in ("amount", "city", "tags", "seen") * 2}
        words = [(name, at, value) for (name, at), value in told.items() if self._chance(0.7)]
        return Someone(
            traits=self._tree(),
            happenings=happened,
            segments=[key for key in SEGMENTS[:2] if self._chance(0.5)],
            told=words,
            since=min([self.now, *(one.at for one in happened), *(at for _, at, _ in words)]),
            granted=[kind for kind in CONSENTS[:2] if self._chance(0.5)],
        )


PASTS: Final = [
    Cases.did, Cases.measured, Cases.measured, Cases.sequence, Cases.last, Cases.first, Cases.stopped,
    Cases.returned, Cases.regularly,
]  # fmt: skip
