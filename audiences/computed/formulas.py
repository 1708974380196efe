"""What a computed trait says about a person's events: its value, what it reads, and when time alone changes it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from audiences.conditions import Did, EventFact, Facts, Needs
from audiences.conditions.values import Lookup, lookup, number, scalar

Bands = Mapping[str, Sequence[float]]
DAY: Final = timedelta(days=1)
COUNT: Final = "count"
RFM: Final = "rfm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """One computed trait. `did` says which events count, `of` which of their properties is read."""

    key: str
    kind: str
    did: Did
    of: str | None = None
    bands: Bands = field(default_factory=dict)

    def value(self, facts: Facts) -> Any:
        """Return the value at `facts.now` as JSON; None where there is none."""
        if self.kind == COUNT:
            return self.did.count(facts)
        return KINDS[self.kind](self, self.did.counted(facts), facts.now)

    def needs(self) -> Needs:
        """Return what is read: a count of all there ever was reads the tally, everything else the events."""
        return self.did.needs() if self.kind == COUNT else Needs(event_names={self.did.event: self.did.within})

    def next_change(self, facts: Facts) -> datetime | None:
        """Return the next instant at which the value may change with no event: one enters, leaves, or turns older."""
        now, window = facts.now, self.did.within
        instants = [event.at for event in facts.history.get(self.did.event, ()) if event.at > now]
        counted = self.did.counted(facts) if window is not None or self.kind == RFM else ()
        if window is not None and counted:
            instants.append(counted[0].at + window)
        for event in facts.history.get(self.did.event, ()):
            instants += [at for leaf in self.did.where if (at := leaf.change_in(event.properties, now=now))]
        if self.kind == RFM and counted:
            turns = [counted[-1].at + timedelta(days=days) for days in self.bands.get("recency", ())]
            instants += [at for at in turns if at > now]
        return min(instants, default=None)


def _read(formula: Formula) -> Lookup:
    return lookup(formula.of or "")


def _numbers(formula: Formula, events: Sequence[EventFact]) -> list[int | float]:
    read = _read(formula)
    return [found for event in events if (found := number(read(event.properties))) is not None]


def _exact(numbers: Sequence[int | float]) -> Decimal:
    """Add as the decimals that people write, not as binary fractions: 0.1 + 0.2 is 0.3."""
    return sum((Decimal(repr(one)) for one in numbers), Decimal(0))


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() and abs(value) < 2**53 else float(value)


def _sum(formula: Formula, events: Sequence[EventFact], _now: datetime) -> Any:
    return _plain(_exact(_numbers(formula, events)))


def _avg(formula: Formula, events: Sequence[EventFact], _now: datetime) -> Any:
    numbers = _numbers(formula, events)
    return _plain(_exact(numbers) / len(numbers)) if numbers else None


def _distinct(formula: Formula, events: Sequence[EventFact], _now: datetime) -> Any:
    read = _read(formula)
    found = [scalar(read(event.properties)) for event in events]
    return len({(type(one) is bool, isinstance(one, str), one) for one in found if one is not None})


def _end(formula: Formula, events: Sequence[EventFact]) -> Any:
    """Return the property of the first of `events` that has it; without one, when the event was."""
    if formula.of is None:
        return events[0].at.isoformat() if events else None
    read = _read(formula)
    return next((found for event in events if (found := scalar(read(event.properties))) is not None), None)


def _rfm(formula: Formula, events: Sequence[EventFact], now: datetime) -> Any:
    """Recency, frequency and money, each scored 1 (worst) to 5 by the fifths of all people who bought.

    The method of direct marketing: A. Hughes, Strategic Database Marketing (1994).
    """
    if not events:
        return None
    money = _plain(_exact(_numbers(formula, events)))
    figures: dict[str, Any] = {"last_at": events[-1].at.isoformat(), "frequency": len(events), "monetary": money}
    bands = formula.bands
    if not bands:
        return figures
    r = 5 - _above(bands["recency"], (now - events[-1].at) / DAY)
    f, m = (1 + _above(bands[name], float(figures[name])) for name in ("frequency", "monetary"))
    return figures | {"r": r, "f": f, "m": m, "score": f"{r}{f}{m}"}


def _above(limits: Sequence[float], value: float) -> int:
    return sum(value >= limit for limit in limits)


KINDS: Final[Mapping[str, Callable[[Formula, Sequence[EventFact], datetime], Any]]] = {
    COUNT: lambda _formula, events, _now: len(events),
    "sum": _sum,
    "avg": _avg,
    "min": lambda formula, events, _now: min(_numbers(formula, events), default=None),
    "max": lambda formula, events, _now: max(_numbers(formula, events), default=None),
    "distinct": _distinct,
    "first": lambda formula, events, _now: _end(formula, events),
    "last": lambda formula, events, _now: _end(formula, events[::-1]),
    RFM: _rfm,
}
