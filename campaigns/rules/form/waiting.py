"""What makes a rule fire by time alone: something that did not come (`absent`), something true for long (`for`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from audiences.conditions import All, Condition, Facts, Held, Needs, Property, Trait, Verdict, durations
from audiences.conditions.parse import COMPUTED
from audiences.conditions.tree import Predicate
from audiences.conditions.values import lookup, scalar
from campaigns.rules.form.aggregate import LONGEST_GRACE, MOST_LEAVES, dotted, read_where
from campaigns.rules.form.body import event_name
from campaigns.rules.form.durations import read_duration, schema
from campaigns.rules.form.reader import Reader, pointer, shown

KEYS: Final = ("absent",)
KEYS_OF_ABSENT: Final = ("event", "within", "where", "same", "grace")
SHORTEST: Final = timedelta(seconds=1)
LONGEST: Final = timedelta(days=365)
MOST_SAME: Final = 5
_NO_ID: Final = UUID(int=0)
GRACE: Final = timedelta(seconds=30)
"""How long an absence waits, by default, for events that are late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """No such event came within so long after the event at hand, with the same values of the properties `same`."""

    event: str
    within: timedelta
    where: tuple[Property, ...]
    same: tuple[str, ...]
    grace: timedelta
    started_by: tuple[Property, ...]
    """what the event at hand must satisfy for the wait to start"""

    def as_json(self) -> dict[str, Any]:
        """Return its keys as a version stores them."""
        inner: dict[str, Any] = {"event": self.event, "within": durations.write(self.within)}
        inner |= {"where": [leaf.as_json() for leaf in self.where]} if self.where else {}
        inner |= {"same": list(self.same)} if self.same else {}
        outer = {"where": [leaf.as_json() for leaf in self.started_by]} if self.started_by else {}
        return {"absent": inner | {"grace": durations.write(self.grace)}} | outer


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCome(Condition):
    """What is absent has not come after the event at hand: not in (its instant, its instant + within].

    Of events of the same instant those count that arrived later, as in a sequence.
    """

    what: ClassVar[str] = "absent"
    absent: Absent

    def judge(self, facts: Facts) -> Verdict:
        n = self.came(facts)
        return Verdict(
            held=n == 0,
            what="did",
            name=self.absent.event,
            op="at_most",
            limit=0,
            actual=n,
            within=durations.write(self.absent.within),
            where=tuple(leaf.as_json() for leaf in self.absent.where),
        )

    def predicate(self) -> Predicate:
        return lambda facts: self.came(facts) == 0

    def came(self, facts: Facts) -> int:
        """Return how many of the events have come in time."""
        start, absent = facts.event, self.absent
        if start is None:
            return 0
        last, order = start.at + absent.within, (start.at, start.id or _NO_ID)
        wanted = [(find, scalar(find(start.properties))) for find in map(lookup, absent.same)]
        return sum(
            order < (event.at, event.id or _NO_ID)
            and event.at <= last
            and all(leaf.holds_in(event.properties, now=event.at) for leaf in absent.where)
            and all(value is not None and scalar(find(event.properties)) == value for find, value in wanted)
            for event in facts.history.get(absent.event, ())
        )

    def needs(self) -> Needs:
        return Needs(event_names={self.absent.event: self.absent.within}, properties=frozenset(self.absent.same))

    def as_json(self) -> dict[str, Any]:
        return self.absent.as_json()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """The traits have been as the leaves say, without a break, for so long."""

    leaves: tuple[Held, ...]
    lasts: timedelta

    def as_json(self) -> dict[str, Any]:
        """Return its keys as a version stores them."""
        return {"for": durations.write(self.lasts)}


def read_absent(reader: Reader) -> Absent | None:
    """Read `absent`; None if the rule has none. Faults are noted in the reader."""
    if "absent" not in reader.raw:
        return None
    raw = reader.raw["absent"]
    if not isinstance(raw, Mapping):
        reader.problem("/absent", f"{shown(raw)} names nothing that may be absent", _EXAMPLE)
        return None
    for key in raw:
        if key not in KEYS_OF_ABSENT:
            known = "known are " + ", ".join(KEYS_OF_ABSENT)
            reader.problem(f"/absent/{pointer(key)}", "absent has no such key", known)
    return Absent(
        event=event_name(reader, "/absent/event", raw.get("event")),
        within=read_duration(reader, raw, "within", "/absent", least=SHORTEST, most=LONGEST, needed=True),
        where=read_where(reader, raw, "/absent"),
        same=_same(reader, raw),
        grace=read_duration(reader, raw, "grace", "/absent", most=LONGEST_GRACE) if "grace" in raw else GRACE,
        started_by=read_where(reader, reader.raw, ""),
    )


def _same(reader: Reader, raw: Mapping[str, Any]) -> tuple[str, ...]:
    value = raw.get("same", [])
    if not isinstance(value, list) or len(value) > MOST_SAME:
        hint = f'at most {MOST_SAME}: ["cart_id"]'
        reader.problem("/absent/same", f"{shown(value)} is no list of properties", hint)
        return ()
    names = (dotted(reader, f"/absent/same/{index}", name) for index, name in enumerate(value))
    return tuple(dict.fromkeys(name for name in names if name))


def read_hold(reader: Reader, condition: Condition | None) -> Hold | None:
    """Read `for` beside a condition on traits; None if the rule has none."""
    if "for" not in reader.raw:
        return None
    lasts = read_duration(reader, reader.raw, "for", "", least=SHORTEST, most=LONGEST)
    leaves = _traits(condition)
    if leaves is None:
        hint = 'write one trait leaf, or {"all": [trait leaves]}; of computed traits the past is not kept'
        reader.problem("/for", "only traits can be true for a time without an event", hint)
        return None
    return Hold(leaves=tuple(Held(leaf=leaf, form="at_least", duration=lasts) for leaf in leaves), lasts=lasts)


def _traits(condition: Condition | None) -> list[Trait] | None:
    if isinstance(condition, Trait):
        return None if condition.name.partition(".")[0] == COMPUTED else [condition]
    if not isinstance(condition, All):
        return None
    found: list[Trait] = []
    for child in condition.children:
        inner = _traits(child)
        if inner is None:
            return None
        found += inner
    return found


_EXAMPLE: Final = 'write {"event": "order_paid", "within": "2h"}'


def properties() -> dict[str, Any]:
    """Return the schema of the keys."""
    path = {"type": "string", "description": "a property of the event"}
    return {
        "absent": {
            "type": "object",
            "description": "fires when no such event came in time",
            "properties": {
                "event": {"type": "string"},
                "within": schema("how long after the event at hand it may come"),
                "where": {"type": "array", "items": {"$ref": "#/$defs/property"}, "maxItems": MOST_LEAVES},
                "same": {"type": "array", "items": path, "maxItems": MOST_SAME, "description": "equal in both events"},
                "grace": schema("how long it waits for late events; default 30s"),
            },
            "required": ["event", "within"],
            "additionalProperties": False,
        }
    }
