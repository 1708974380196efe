"""What is known in a workspace to build conditions with: traits, events and their properties, with types as stored.

Read from the people seen last, a bounded number of them and of their events, and kept for half a minute: it suggests
and warns, and is never needed for a condition to be right.
"""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection

from audiences.builder.values import LIST, MOMENT, NUMBER, TEXT, TRUTH
from audiences.conditions.instants import instant
from config.kit.masking import is_private

PEOPLE: Final = 1_000
PEOPLE_WITH_EVENTS: Final = 200
EVENTS_EACH: Final = 20
MOST_NAMES: Final = 300
MOST_VALUES: Final = 20
LONGEST_VALUE: Final = 60
KEPT_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a field was seen to hold: the types, and its values where they are few and nobody's secret."""

    types: frozenset[str]
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The names of a workspace, the most frequent first."""

    traits: Mapping[str, Found] = field(default_factory=dict)
    events: tuple[str, ...] = ()
    properties: Mapping[str, Mapping[str, Found]] = field(default_factory=dict)

    def properties_of(self, event: str = "") -> Mapping[str, Found]:
        """Return the properties of an event; of all events where none is named or nothing is known of it."""
        if found := self.properties.get(event):
            return found
        merged: dict[str, Found] = {}
        for each in self.properties.values():
            merged = {**each, **merged}
        return merged


_kept: dict[int, tuple[float, Known]] = {}


def known(workspace_id: int) -> Known:
    """Return what is known in a workspace; at most half a minute old."""
    until, found = _kept.get(workspace_id, (0.0, Known()))
    if time.monotonic() >= until:
        found = _read(workspace_id)
        _kept[workspace_id] = time.monotonic() + KEPT_SECONDS, found
    return found


def forget() -> None:
    """Read anew the next time."""
    _kept.clear()


def _read(workspace_id: int) -> Known:
    with connection.cursor() as cursor:
        cursor.execute(SEEN_LAST, [workspace_id, PEOPLE])
        people = [(person, _json(traits)) for person, traits in cursor.fetchall()]
        ids = [person for person, _traits in people]
        cursor.execute(EVENT_NAMES, [ids, MOST_NAMES])
        events = tuple(name for (name,) in cursor.fetchall())
        cursor.execute(RECENT_EVENTS, [ids[:PEOPLE_WITH_EVENTS], EVENTS_EACH])
        seen: dict[str, list[Any]] = defaultdict(list)
        for name, properties in cursor.fetchall():
            seen[name].append(_json(properties))
    properties = {name: fields_of(trees) for name, trees in seen.items()}
    return Known(traits=fields_of(traits for _person, traits in people), events=events, properties=properties)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str | bytes) else value


def fields_of(trees: Iterable[Mapping[str, Any]]) -> dict[str, Found]:
    """Return what the fields of JSON objects hold, by dotted name, the most frequent first."""
    often: Counter[str] = Counter()
    types: dict[str, set[str]] = defaultdict(set)
    values: dict[str, Counter[str]] = defaultdict(Counter)
    for tree in trees:
        for name, value in _flat(tree, ""):
            often[name] += 1
            types[name].add(type_of(value))
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, str) and len(item) <= LONGEST_VALUE and not is_private(name, item):
                    values[name][item] += 1
    return {
        name: Found(types=frozenset(types[name]), values=_few(values[name], n))
        for name, n in often.most_common(MOST_NAMES)
    }


def _flat(tree: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if not key or "." in key or value is None or value in ("", []):
            continue
        if isinstance(value, dict) and path.count(".") < 3:
            yield from _flat(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def _few(values: Counter[str], n: int) -> tuple[str, ...]:
    """Return the values worth suggesting: not where nearly everybody has another one, such as ids and times."""
    if len(values) > MOST_VALUES and len(values) * 2 > n:
        return ()
    return tuple(value for value, _n in values.most_common(MOST_VALUES) if instant(value) is None)


def type_of(value: Any) -> str:
    """Return the type of a stored value, as the operators tell them apart."""
    if isinstance(value, bool):
        return TRUTH
    if isinstance(value, int | float):
        return NUMBER
    if isinstance(value, list):
        return LIST
    return MOMENT if isinstance(value, str) and instant(value) else TEXT


SEEN_LAST: Final = """
select id, traits from audiences_person where workspace_id = %s and merged_into is null
order by last_seen desc, id limit %s
"""
EVENT_NAMES: Final = """
select name from audiences_eventcount where person_id = any(%s) group by name order by sum(n) desc, name limit %s
"""
RECENT_EVENTS: Final = """
select e.name, e.properties from unnest(%s::uuid[]) as p(id) cross join lateral (
    select name, properties from audiences_event where person_id = p.id order by event_time desc limit %s) e
"""
