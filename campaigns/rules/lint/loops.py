"""Finds rules that set each other off for ever: each emits an event that the next one listens to."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from campaigns.rules.lint.findings import Finding
from campaigns.rules.lint.subjects import Subject


def check_loops(subjects: Sequence[Subject], *, looked_at: Collection[str] = ()) -> Iterator[Finding]:
    """Yield each ring of rules once, as far as names tell; whether conditions break it is not asked."""
    listeners: dict[str, list[Subject]] = defaultdict(list)
    for each in subjects:
        for name in each.on:
            listeners[name].append(each)
    told: set[frozenset[str]] = set()
    for start in subjects:
        ring = _way_back(start, listeners)
        keys = frozenset(each.key for each in ring)
        if ring and keys not in told and (not looked_at or keys & set(looked_at)):
            told.add(keys)
            names = " → ".join(sorted({name for each in ring for name in each.emits}))
            yield Finding(kind="loop", rules=tuple(each.key for each in ring), about={"names": names}, path="/then")


def _way_back(start: Subject, listeners: dict[str, list[Subject]]) -> list[Subject]:
    """Return the shortest ring that begins with `start`, nothing if there is none."""
    found: list[tuple[Subject, Subject]] = [(each, start) for each in _next(start, listeners)]
    parents: dict[str, tuple[Subject, Subject]] = {}
    while found:
        each, parent = found.pop(0)
        if each.key in parents:
            continue
        parents[each.key] = (each, parent)
        if each.key == start.key:
            break
        found += [(following, each) for following in _next(each, listeners)]
    return _ring(start, parents)


def _ring(start: Subject, parents: dict[str, tuple[Subject, Subject]]) -> list[Subject]:
    if start.key not in parents:
        return []
    ring, step = [start], parents[start.key][1]
    while step.key != start.key:
        ring.append(step)
        step = parents[step.key][1]
    return [start, *reversed(ring[1:])]


def _next(each: Subject, listeners: dict[str, list[Subject]]) -> list[Subject]:
    return [found for name in each.emits for found in listeners.get(name, ())]
