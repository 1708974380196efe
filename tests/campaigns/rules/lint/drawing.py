"""Draws rules of few names and few constants, so that they are often dead, alike or inside one another."""

import random
from typing import Any

from audiences.conditions import Place
from tests.agreement.cases import Cases

NAMES = ("amount", "city", "tags", "address.city")
NUMBERS = (1, 2, 2.5, 3)
TEXTS = ("a", "ab", "b", "2026-01-01T00:00:00Z")
MOMENTS = ("2025-12-31T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-05T08:00:00Z")
EVENTS = ("buy", "view")


class Rules:
    """One seed's rules."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.cases = Cases(seed)

    def draw(self, count: int) -> list[dict[str, Any]]:
        return [self._rule(number) for number in range(count)]

    def _rule(self, number: int) -> dict[str, Any]:
        flow = self.random.choice(("thanks", "win-back"))
        on = self.random.sample(EVENTS, self.random.randint(1, 2))
        return {"key": f"r{number}", "on": on, "if": self._condition(2), "then": [{"start_flow": flow}]}

    def _condition(self, depth: int) -> dict[str, Any]:
        chance = self.random.random()
        if chance < 0.08:
            return self.cases.conditions(1, Place.EVENT)[0]
        if depth and chance < 0.6:
            if chance < 0.2:
                return {"not": self._condition(depth - 1)}
            parts = [self._condition(depth - 1) for _ in range(self.random.randint(1, 3))]
            return {self.random.choice(("all", "any")): parts}
        return self._leaf()

    def _leaf(self) -> dict[str, Any]:
        kind = self.random.random()
        if kind < 0.1:
            times = {self.random.choice(("at_least", "at_most", "exactly", "less_than")): self.random.randint(0, 2)}
            return {"did": "view", "times": times}
        if kind < 0.15:
            return {"segment": "vip"}
        name = self.random.choice(NAMES[:2] if kind < 0.7 else NAMES)
        return {"property": name, **self._test()}

    def _test(self) -> dict[str, Any]:
        choose = self.random.choice
        value = choose((*NUMBERS, *TEXTS, True) if self.random.random() < 0.3 else NUMBERS)
        return choose(
            (
                {"is": choose(("eq", "ne")), "value": value},
                {"is": choose(("lt", "lte", "gt", "gte")), "value": choose((*NUMBERS, *TEXTS[:2]))},
                {"is": choose(("in", "not_in")), "value": [value, choose(TEXTS)]},
                {"is": "between", "value": sorted(self.random.sample(NUMBERS, 2))},
                {"is": choose(("exists", "not_exists"))},
                {"is": choose(("before", "after")), "value": choose(MOMENTS)},
                {"is": choose(("older_than", "newer_than")), "value": choose(("1d", "4d8h", "30d"))},
                {"is": choose(("contains", "not_contains", "starts_with", "ends_with")), "value": choose(TEXTS)},
                {"is": choose(("has_any", "has_all")), "value": [value]},
            )
        )
