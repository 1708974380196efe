"""The live segments of a workspace: parsed once per version, sources before dependants, found by what they read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Final

from django.db import connection

from audiences.conditions import Condition, Facts, Needs, Place, parse
from audiences.conditions.tree import Predicate
from audiences.facts.touch import Touch
from audiences.segments.models import SegmentVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A dynamic segment as its live version defines it.

    `watched` are the leaves that time alone may turn, `opens` the past events of which more than the time is read.
    """

    id: int
    key: str
    version_id: int
    condition: Condition
    predicate: Predicate
    needs: Needs
    watched: tuple[Condition, ...]
    opens: frozenset[str]

    @property
    def timed(self) -> bool:
        """Whether time alone may change who belongs."""
        return bool(self.watched)

    def next_change(self, facts: Facts) -> datetime | None:
        """Return what the condition's own does, asking only the leaves that have an answer."""
        due: datetime | None = None
        for leaf in self.watched:
            at = leaf.next_change(facts)
            if at is not None and (due is None or at < due):
                due = at
        return due


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The segments in an order in which each comes after those it reads."""

    segments: tuple[Live, ...]
    _by_event: Mapping[str, frozenset[int]] = field(repr=False)
    _by_trait: Mapping[str, frozenset[int]] = field(repr=False)
    _by_segment: Mapping[str, frozenset[int]] = field(repr=False)
    _by_past: Mapping[str, frozenset[int]] = field(repr=False)
    _followers: Mapping[int, frozenset[int]] = field(repr=False)
    _places: Mapping[int, int] = field(repr=False)

    def reading(self, touch: Touch) -> frozenset[int]:
        """Return the places of the segments that what changed may concern, dependants of dependants included."""
        if touch.anew:
            return frozenset(range(len(self.segments)))
        found: set[int] = set()
        for name in touch.event_names:
            found |= self._by_event.get(name, _NONE)
        for name in touch.traits:
            found |= self._by_trait.get(name.partition(".")[0], _NONE)
        for name in touch.late:
            found |= self._by_past.get(name, _NONE)
        if touch.earlier:
            found = found.union(*self._by_past.values())
        return self._with_followers(found) if found else _NONE

    def of(self, segment_ids: Iterable[int]) -> frozenset[int]:
        """Return the places of these segments and their dependants; those that are not live are left out."""
        return self._with_followers({self._places[i] for i in segment_ids if i in self._places})

    def readers(self, key: str) -> frozenset[int]:
        """Return the places of the segments that depend on the one with this key (of any kind), directly or not."""
        return self._with_followers(set(self._by_segment.get(key, _NONE)))

    def after(self, key: str) -> list[Live]:
        """Return the segments that depend on this one, directly or not, in order."""
        return [self.segments[place] for place in sorted(self.readers(key))]

    def get(self, segment_id: int) -> Live | None:
        place = self._places.get(segment_id)
        return None if place is None else self.segments[place]

    def is_timed(self, segment_id: int) -> bool:
        """Tell whether time alone may change who belongs to this segment."""
        one = self.get(segment_id)
        return one is not None and one.timed

    def _with_followers(self, places: set[int]) -> frozenset[int]:
        return frozenset(places).union(*(self._followers.get(place, _NONE) for place in places))


_NONE: Final[frozenset[int]] = frozenset()
_Row = tuple[int, str, int]
_remembered: dict[int, tuple[tuple[_Row, ...], Catalogue]] = {}


def live(workspace_id: int) -> Catalogue:
    """Return the workspace's catalogue: one small query, and definitions are read only when a version is new."""
    with connection.cursor() as cursor:
        cursor.execute(LIVE, [workspace_id])
        rows = tuple(cursor.fetchall())
    known = _remembered.get(workspace_id)
    if known is None or known[0] != rows:
        earlier = {one.version_id: one for one in known[1].segments} if known else {}
        known = _remembered[workspace_id] = rows, _catalogue(_read(rows, earlier))
    return known[1]


def _read(rows: Sequence[_Row], earlier: Mapping[int, Live]) -> list[Live]:
    fresh = [version for _, _, version in rows if version not in earlier]
    definitions = dict(SegmentVersion.objects.filter(pk__in=fresh).values_list("pk", "definition"))
    return [
        earlier.get(version) or as_live(id=i, key=key, version_id=version, where=definitions[version]["where"])
        for i, key, version in rows
    ]


def as_live(*, id: int, key: str, version_id: int, where: object) -> Live:  # noqa: A002 - the column's name
    """Return a segment ready to be judged."""
    condition = parse(where, place=Place.SEGMENT, path="/where")
    return Live(
        id=id,
        key=key,
        version_id=version_id,
        condition=condition,
        predicate=condition.predicate(),
        needs=condition.needs(),
        watched=tuple(leaf for leaf in condition.leaves() if leaf.is_timed()),
        opens=condition.opens(),
    )


def in_order(reads: Mapping[str, Iterable[str]]) -> list[str]:
    """Return keys such that each stands after those it reads; raises graphlib.CycleError."""
    return list(TopologicalSorter({key: sorted(sources) for key, sources in sorted(reads.items())}).static_order())


def _catalogue(segments: Sequence[Live]) -> Catalogue:
    by_key = {one.key: one for one in segments}
    order = in_order({one.key: one.needs.segments for one in segments})
    ordered = tuple(by_key[key] for key in order if key in by_key)
    return Catalogue(
        segments=ordered,
        _by_event=_index(enumerate(one.needs.event_names for one in ordered)),
        _by_trait=_index(enumerate({name.partition(".")[0] for name in one.needs.traits} for one in ordered)),
        _by_segment=_index(enumerate(one.needs.segments for one in ordered)),
        _by_past=_index(enumerate(one.needs.told for one in ordered)),
        _followers=_followers(ordered),
        _places={one.id: place for place, one in enumerate(ordered)},
    )


def _index(named: Iterator[tuple[int, Iterable[str]]]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for place, names in named:
        for name in names:
            found[name].add(place)
    return {name: frozenset(places) for name, places in found.items()}


def _followers(ordered: Sequence[Live]) -> dict[int, frozenset[int]]:
    """Return, per place, the places that depend on it: they all come later, so one pass from the end suffices."""
    direct = _index(enumerate(one.needs.segments for one in ordered))
    found: dict[int, frozenset[int]] = {}
    for place in range(len(ordered) - 1, -1, -1):
        nearest = direct.get(ordered[place].key, _NONE)
        found[place] = nearest.union(*(found[i] for i in nearest))
    return found


LIVE: Final = """
select id, key, live_id from audiences_segment
where workspace_id = %s and live_id is not null and kind = 'dynamic' order by id
"""
