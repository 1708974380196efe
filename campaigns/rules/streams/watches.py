"""The aggregate rules of a workspace as workers use them: which events they count, and what identifies what they keep.

What is counted is known by `stream`, what is made of it by `watch`: a new version of a rule goes on with the counts
(and with the alarms) of the one before where it counts (and judges) the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final
from uuid import UUID

import msgspec

from audiences.conditions import EventFact, Facts
from audiences.conditions.tree import Predicate
from audiences.conditions.values import exact, lookup, nfc, number
from audiences.facts.reader import event_fact
from audiences.intake import EventRow
from audiences.mentions.subject import BRAND, brand_id
from campaigns.rules.form.aggregate import Aggregate
from campaigns.rules.form.durations import NOTHING
from campaigns.rules.form.measured import only_falls
from campaigns.rules.live import LiveRule
from campaigns.rules.streams.alarms import Pace
from campaigns.rules.streams.measures import Hit, Slot, Window, slots_of
from campaigns.rules.streams.turns import Amounts
from config.kit.ids import derived

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
BUCKETS: Final = 60
"""How many buckets a window has, where it is long enough for buckets of a second."""
SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One value, or set of values, of what a rule groups by."""

    id: UUID
    values: Mapping[str, Any]


class Watch:
    """A live version of an aggregate rule."""

    def __init__(self, rule: LiveRule) -> None:
        self.rule = rule
        assert rule.aggregate is not None
        self.form: Aggregate = rule.aggregate
        self.slots: tuple[Slot, ...] = slots_of(self.form.measures.values())
        self.width = max(SECOND, timedelta(seconds=self.form.over // SECOND // BUCKETS))
        self.only_falls = only_falls(rule.condition)
        self.pace = Pace(hold=self.form.hold, cooldown=rule.controls.cooldown or NOTHING, resolve=self.form.resolve)
        self.stream = derived(rule.rule_id, "stream", _canonical(self._counted()))
        judged = [
            rule.condition.as_json(),
            *(str(part) for part in (self.form.hold, self.pace.cooldown, self.form.resolve)),
        ]
        self.id = derived(self.stream, "watch", _canonical([judged, self.form.written["measure"]]))
        self._where = [leaf.predicate() for leaf in self.form.where]
        self._finders = [(name, lookup(name)) for name in self.form.group_by]
        self._holds: Predicate = rule.condition.predicate()

    def _counted(self) -> list[Any]:
        read = [(slot.of, slot.numeric) for slot in self.slots]
        where = [leaf.as_json() for leaf in self.form.where]
        return [list(self.rule.on), list(self.form.group_by), where, str(self.form.over), read]

    @cached_property
    def keep(self) -> timedelta:
        """How far back a decision of this rule may look, beside how late an event may be."""
        pace = self.pace
        return 2 * self.form.over + pace.hold + pace.cooldown + pace.resolve + self.form.grace

    def window(self) -> Window:
        """Return an empty window."""
        return Window(self.form.measures, self.slots)

    def holds(self, amounts: Amounts, at: datetime) -> bool:
        """Return whether the condition holds on the amounts of a window."""
        return self._holds(Facts(now=at, traits=amounts))

    def start_of_bucket(self, at: datetime) -> datetime:
        """Return the beginning of the bucket in which an instant lies."""
        return EPOCH + (at - EPOCH) // self.width * self.width

    def hit(self, event: EventRow, fact: EventFact) -> tuple[Group, Hit] | None:
        """Return the group in which an event counts, and what is kept of it; None if it does not count.

        Where a property that is grouped by is missing, or is no text, number or truth value, it does not.
        """
        if self._where and not self._satisfies(fact):
            return None
        values: dict[str, Any] = {}
        for name, find in self._finders:
            value = group_value(find(event.properties))
            if value is None:
                return None
            values[name] = value
        parts = tuple(slot.read(event.properties) for slot in self.slots)
        group = Group(id=group_id(event.workspace_id, values), values=values)
        return group, Hit(at=event.event_time, event_id=event.id, parts=parts)

    def _satisfies(self, fact: EventFact) -> bool:
        facts = Facts(now=fact.at, traits={}, event=fact)
        return all(holds(facts) for holds in self._where)


def group_value(value: Any) -> str | int | float | bool | None:
    """Return a value as groups are told apart by: texts in NFC, whole numbers as such."""
    if isinstance(value, str):
        return nfc(value) if len(value) <= 300 else None
    if isinstance(value, bool):
        return value
    found = number(value)
    if isinstance(found, float) and found.is_integer():
        return int(exact(found))
    return found


def group_id(workspace_id: int, values: Mapping[str, Any]) -> UUID:
    """Return the id of a group: that of the brand where events are grouped by the brand alone."""
    if list(values) == [BRAND] and isinstance(values[BRAND], str):
        return brand_id(workspace_id, values[BRAND])
    return derived(workspace_id, "group", _canonical(values))


def _canonical(value: Any) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()


@dataclass(slots=True)
class Watches:
    """The aggregate rules of a workspace, by the names of the events that they count."""

    by_name: dict[str, list[Watch]] = field(default_factory=dict)
    by_id: dict[UUID, Watch] = field(default_factory=dict)

    @classmethod
    def of(cls, rules: Iterable[LiveRule]) -> "Watches":
        """Return the aggregates among live rules."""
        made = cls()
        for watch in (Watch(rule) for rule in rules if rule.aggregate is not None):
            made.by_id[watch.id] = watch
            for name in dict.fromkeys(watch.rule.on):
                made.by_name.setdefault(name, []).append(watch)
        return made

    def hits(self, events: Iterable[EventRow]) -> Iterator[tuple[Watch, Group, Hit]]:
        """Yield what counts where."""
        for event in events:
            watches = self.by_name.get(nfc(event.name))
            if watches:
                fact = event_fact(event)
                for watch in watches:
                    found = watch.hit(event, fact)
                    if found is not None:
                        yield watch, *found
