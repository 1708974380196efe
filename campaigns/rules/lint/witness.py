"""Makes up an event, and what is known of its person, that shows a claim; the interpreter has the last word on it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from audiences.conditions import Comparison, Condition, Consent, Did, EventFact, Facts, Property, Segment
from audiences.conditions.tree import Predicate
from campaigns.rules.lint.leaves import AGE, COUNT, FLAG, MOMENT, NOW, VALUE, Key, base_key, since, stored_test
from campaigns.rules.lint.space import Box, Space

MOST_EVENTS: Final = 200
ATTEMPTS: Final = 4
Expected = Sequence[tuple[Predicate, bool]]
"""Predicates, and what they are to say about the event."""
_LIKED: Final = (int, float, str, bool, type(None), list, dict)
"""Kinds of values, those that an event is expected to have in front."""
_SECOND: Final = timedelta(seconds=1)


@dataclass(slots=True)
class _Draft:
    properties: dict[str, Any]
    traits: dict[str, Any]
    segments: list[str]
    consents: list[tuple[str, str]]
    history: dict[str, list[EventFact]]

    def facts(self, event_name: str) -> Facts:
        return Facts(
            now=NOW,
            traits=self.traits,
            event=EventFact(name=event_name, at=NOW, properties=self.properties),
            history=self.history,
            segments=frozenset(self.segments),
            granted=frozenset(self.consents),
            first_seen=NOW,
        )

    def as_json(self, event_name: str) -> dict[str, Any]:
        parts = {
            "properties": self.properties,
            "traits": self.traits,
            "segments": self.segments,
            "consents": [f"{channel}/{purpose}" for channel, purpose in self.consents],
            "happened": {name: len(events) for name, events in self.history.items()},
        }
        return {"event": event_name, **{key: part for key, part in parts.items() if part}}


def witness(space: Space, region: Box, expected: Expected) -> Mapping[str, Any] | None:
    """Return an event in `region` on which the predicates answer as expected; None if none was found."""
    for attempt in range(ATTEMPTS):
        draft = _draft(space, region, attempt)
        if draft is not None and _answers(draft.facts(space.event_name), expected):
            return draft.as_json(space.event_name)
    return None


def _answers(facts: Facts, expected: Expected) -> bool:
    return all(holds(facts) is wanted for holds, wanted in expected)


def _draft(space: Space, region: Box, attempt: int) -> _Draft | None:
    draft = _Draft({}, {}, [], [], {})
    compared: dict[Key, list[Key]] = {}
    for key, bits in region.items():
        leaf = space.leaves.get(key)
        if isinstance(leaf, Comparison):
            compared.setdefault(base_key(leaf), []).append(key)
        elif key.kind == COUNT and isinstance(leaf, Did):
            counts = space.dimensions[key].values(bits)
            _happen(draft, leaf, counts[min(attempt, len(counts) - 1)])
        elif key.kind == FLAG and bits == 0b10:
            _belong(draft, leaf)
    for base, keys in compared.items():
        leaf = next(found for key in keys if isinstance(found := space.leaves[key], Comparison))
        values = _values(space, region, base, keys)
        if not values:
            return None
        tree = draft.properties if isinstance(leaf, Property) else draft.traits
        if (value := values[min(attempt, len(values) - 1)]) is not None and not _put(tree, leaf.name.split("."), value):
            return None
    return draft


def _values(space: Space, region: Box, base: Key, keys: Sequence[Key]) -> list[Any]:
    """Return stored values that lie in the region in every way in which they are read, the likeliest first."""
    dimension = space.dimensions.get(base)
    bits = region.get(base, dimension.full) if dimension else 0
    plain = dimension.values(bits) if dimension else []
    likely = sorted(plain, key=lambda value: _LIKED.index(type(value)))
    offered = [value for key in keys if key != base for value in _offers(space, region, key)]
    fitting = [value for value in (*offered, *likely) if dimension is None or dimension.has(bits, value)]
    return [value for value in fitting if all(_lies(space, region, key, value) for key in keys)]


def _offers(space: Space, region: Box, key: Key) -> Iterator[Any]:
    """Yield values made for one reading."""
    leaf = space.leaves[key]
    if key.kind in (MOMENT, AGE):
        sign = 1 if key.kind == MOMENT else -1
        for length in space.dimensions[key].values(region[key]):
            if length is not None:
                yield _written(sign * length)
    elif isinstance(leaf, Comparison):
        limits = leaf.limit if isinstance(leaf.limit, tuple) else (leaf.limit,)
        yield from (limits[0], list(limits), [limits[0]])
        if isinstance(limits[0], str):
            yield from (f"{limits[0]}…", f"…{limits[0]}")


def _written(length: timedelta) -> str:
    try:
        return f"{NOW + length:%Y-%m-%dT%H:%M:%S.%fZ}".replace(".000000", "")
    except OverflowError:
        return ""


def _lies(space: Space, region: Box, key: Key, value: Any) -> bool:
    bits, dimension, leaf = region[key], space.dimensions[key], space.leaves[key]
    if key.kind == VALUE:
        return dimension.has(bits, value)
    if key.kind in (MOMENT, AGE):
        length = since(value)
        return dimension.has(bits, length if length is None or key.kind == MOMENT else -length)
    return isinstance(leaf, Comparison) and dimension.has(bits, stored_test(leaf)(value))


def _belong(draft: _Draft, leaf: Condition | None) -> None:
    if isinstance(leaf, Segment):
        draft.segments.append(leaf.key)
    elif isinstance(leaf, Consent):
        draft.consents.append((leaf.channel, leaf.purpose))


def _happen(draft: _Draft, leaf: Did, count: int) -> None:
    """Let the events that a leaf counts have happened, as often as it is to find them."""
    properties: dict[str, Any] = {}
    for each in leaf.where:
        limits = each.limit if isinstance(each.limit, tuple) else (each.limit,)
        fitting = (value for value in (limits[0], list(limits), 1, 0, "x", None) if stored_test(each)(value))
        if (value := next(fitting, None)) is not None:
            _put(properties, each.name.split("."), value)
    happened = draft.history.setdefault(leaf.event, [])
    missing = min(count, MOST_EVENTS) - len(happened)
    happened += [EventFact(name=leaf.event, at=NOW - _SECOND, properties=properties) for _ in range(missing)]


def _put(tree: dict[str, Any], path: Sequence[str], value: Any) -> bool:
    """Put a value at a path; tell whether nothing else stood in its way."""
    for part in path[:-1]:
        inner = tree.setdefault(part, {})
        if not isinstance(inner, dict):
            return False
        tree = inner
    if path[-1] in tree:
        return False
    tree[path[-1]] = value
    return True
