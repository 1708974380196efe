"""Checks of when rules match: never, always, whenever another one does, or together with another one."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from audiences.conditions import Comparison
from audiences.conditions.tree import Predicate
from campaigns.rules.lint.findings import Finding
from campaigns.rules.lint.leaves import Key
from campaigns.rules.lint.space import EVERYTHING, Box, Space, Undecided
from campaigns.rules.lint.subjects import Subject
from campaigns.rules.lint.witness import witness

MOST_OTHERS: Final = 5
"""How many other rules a finding names."""
Pair = tuple[int, int]
_NONE: Final[frozenset[int]] = frozenset()


class _Shelf:
    """The rules that listen to one event name (by their places), and the boxes in which each may match at all."""

    def __init__(self, space: Space, boxes: Mapping[int, tuple[Box, ...]]) -> None:
        self.space = space
        self.boxes = boxes
        self._several = [place for place, found in boxes.items() if len(found) > 1]
        self._single: dict[Key, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for place, found in boxes.items():
            for key, bits in found[0].items() if len(found) == 1 else ():
                self._single[key][bits].append(place)

    def perhaps_inside(self, place: int) -> Iterator[int]:
        """Yield the rules that may match only where this one does: all that need not be told apart box by box."""
        boxes = self.boxes[place]
        if len(boxes) != 1 or not boxes[0]:
            yield from self.boxes
            return
        key, bits = min(boxes[0].items(), key=lambda pair: len(self._single[pair[0]]))
        yield from self._several
        for narrower, places in self._single[key].items():
            if not narrower & ~bits:
                yield from places

    def inside(self, one: int, other: int) -> bool:
        """Return whether the first rule matches only where the second does, as far as can be told."""
        theirs = self.boxes[other]
        return all(any(_within(box, each) for each in theirs) or self._covered(box, theirs) for box in self.boxes[one])

    def common(self, one: int, other: int) -> Iterator[Box]:
        """Yield where both may match."""
        for box in self.boxes[one]:
            for each in self.boxes[other]:
                if (met := self.space.meet(box, each)) is not None:
                    yield met

    def _covered(self, box: Box, boxes: Sequence[Box]) -> bool:
        if len(boxes) < 2:
            return False
        try:
            return self.space.left_over(box, boxes) is None
        except Undecided:
            return False


def _within(box: Box, other: Box) -> bool:
    """Return whether one box lies in another; boxes leave out what does not matter to them."""
    for key, bits in other.items():
        mine = box.get(key)
        if mine is None or mine & ~bits:
            return False
    return True


class Matching:
    """The rules of a workspace (in the order in which they act) and when they match, by event name.

    `looked_at` names the rules whose findings are wanted: all, if none is named.
    """

    def __init__(self, subjects: Sequence[Subject], *, looked_at: Collection[str] = ()) -> None:
        self.subjects = subjects
        self._wanted = [not looked_at or each.key in looked_at for each in subjects]
        places: dict[str, list[int]] = defaultdict(list)
        for place, each in enumerate(subjects):
            for name in each.on:
                places[name].append(place)
        names = {name for name, found in places.items() if any(self._wanted[place] for place in found)}
        self._shelves = {name: self._shelf(name, places[name]) for name in sorted(names)}

    def findings(self) -> Iterator[Finding]:
        """Yield what is to be said about when the rules match."""
        yield from self._alone()
        yield from self._subsumed()
        yield from self._unreachable()
        yield from self._overlapping()

    def _shelf(self, name: str, places: Sequence[int]) -> _Shelf:
        space = Space((self.subjects[place].condition for place in places), event_name=name)
        boxes = {
            place: tuple(found for box in boxes if (found := space.possible(box)) is not None)
            for place, boxes in zip(places, space.boxes, strict=True)
        }
        return _Shelf(space, boxes)

    def _alone(self) -> Iterator[Finding]:
        """Yield the rules that can never match, or that always do although they have a condition."""
        for place, each in enumerate(self.subjects):
            if not self._wanted[place]:
                continue
            deaf = [name for name in each.on if not self._shelves[name].boxes[place]]
            if len(deaf) == len(each.on):
                yield Finding(kind="dead", rules=(each.key,), path="/if", about=self._why_dead(place))
            elif deaf:
                yield Finding(kind="never_on", rules=(each.key,), path="/if", about={"events": deaf})
            elif each.conditional and all(self._is_everything(place, name) for name in each.on):
                yield Finding(kind="always", rules=(each.key,), path="/if")

    def _why_dead(self, place: int) -> dict[str, Any]:
        """Return what cannot be as the rule wants it, if the rule has one alternative and it is one value."""
        shelf = self._shelves[self.subjects[place].on[0]]
        number = list(shelf.boxes).index(place)
        empty = {key for box in shelf.space.boxes[number] for key, bits in box.items() if not bits}
        names = sorted({leaf.name for key in empty if isinstance(leaf := shelf.space.leaves.get(key), Comparison)})
        return {"names": names}

    def _is_everything(self, place: int, name: str) -> bool:
        shelf = self._shelves[name]
        try:
            return shelf.space.left_over(EVERYTHING, shelf.boxes[place]) is None
        except Undecided:
            return False

    def _subsumed(self) -> Iterator[Finding]:
        """Yield rules that do nothing that another one does not do at the same time."""
        inside = self._pairs_inside([each.outcome for each in self.subjects])
        for one, others in sorted(inside.items()):
            if not self._wanted[one]:
                continue
            equal = {other for other in others if one in inside.get(other, _NONE)}
            if wider := sorted(others - equal):
                yield self._finding("subsumed", one, wider)
            elif earlier := [other for other in sorted(equal) if other < one or not self._wanted[other]]:
                yield self._finding("duplicate", one, earlier)

    def _unreachable(self) -> Iterator[Finding]:
        """Yield rules that always give way to an earlier one of their group."""
        inside = self._pairs_inside([f"{each.mode} {each.group}" if each.group else "" for each in self.subjects])
        for one, others in sorted(inside.items()):
            first = [other for other in sorted(others) if other < one and not self.subjects[other].limited]
            if first and (self._wanted[one] or any(self._wanted[other] for other in first)):
                yield self._finding("unreachable", one, first, about={"group": self.subjects[one].group})

    def _pairs_inside(self, labels: Sequence[str]) -> dict[int, set[int]]:
        """Return, for the rules with a label, those with the same one that match wherever they may match at all."""
        found: dict[int, set[int]] = defaultdict(set)
        for other, label in enumerate(labels):
            shelves = [self._shelves[name] for name in self.subjects[other].on if name in self._shelves]
            near = {one for shelf in shelves for one in shelf.perhaps_inside(other)} if label else ()
            for one in near:
                if one != other and labels[one] == label and self._asked(one, other) and self._inside(one, other):
                    found[one].add(other)
        return found

    def _asked(self, one: int, other: int) -> bool:
        return (self._wanted[one] or self._wanted[other]) and self._matches_at_all(one)

    def _matches_at_all(self, place: int) -> bool:
        names = self.subjects[place].on
        return any(name in self._shelves and self._shelves[name].boxes[place] for name in names)

    def _inside(self, one: int, other: int) -> bool:
        listened = self.subjects[other].on
        for name in self.subjects[one].on:
            shelf = self._shelves.get(name)
            if shelf is None or (shelf.boxes[one] and (name not in listened or not shelf.inside(one, other))):
                return False
        return True

    def _overlapping(self) -> Iterator[Finding]:
        """Yield rules that may match together with another one although they do something else with the same thing."""
        beside: dict[int, list[tuple[int, Finding]]] = defaultdict(list)
        for one, other, about in self._rivals():
            if len(beside[one]) < MOST_OTHERS and (found := self._overlap(one, other, about)) is not None:
                beside[one].append((other, found))
        for each in beside.values():
            if each:
                keys = tuple(dict.fromkeys(key for _, found in each for key in found.rules))
                first = each[0][1]
                yield Finding(kind="overlap", rules=keys, about=first.about, witness=first.witness)

    def _rivals(self) -> Iterator[tuple[int, int, Mapping[str, Any]]]:
        """Yield pairs of rules of one group, or that treat the same thing differently, each pair once."""
        of_group: dict[str, list[int]] = defaultdict(list)
        on_target: dict[str, list[int]] = defaultdict(list)
        for place, each in enumerate(self.subjects):
            if each.group:
                of_group[f"{each.mode} {each.group}"].append(place)
            for target in each.acts:
                on_target[f"{each.mode} {target}"].append(place)
        for places in of_group.values():
            for one, other in self._pairs(places):
                yield one, other, {"group": self.subjects[one].group}
        for label, places in on_target.items():
            target = label.partition(" ")[2]
            if len({self.subjects[place].acts[target] for place in places}) == 1:
                continue
            for one, other in self._pairs(places):
                if self.subjects[one].acts[target] != self.subjects[other].acts[target]:
                    yield one, other, {"target": target}

    def _pairs(self, places: Sequence[int]) -> Iterator[Pair]:
        for at, one in enumerate(places):
            for other in places[at + 1 :]:
                if self._wanted[one] or self._wanted[other]:
                    yield (one, other) if self._wanted[one] else (other, one)

    def _overlap(self, one: int, other: int, about: Mapping[str, Any]) -> Finding | None:
        """Return where both match, if an event can be shown that does."""
        for name in self.subjects[one].on:
            shelf = self._shelves.get(name)
            if shelf is None or name not in self.subjects[other].on:
                continue
            for region in shelf.common(one, other):
                shown = witness(shelf.space, region, [(self._predicates[one], True), (self._predicates[other], True)])
                if shown is not None:
                    keys = (self.subjects[one].key, self.subjects[other].key)
                    return Finding(kind="overlap", rules=keys, about=about, witness=shown)
        return None

    def _finding(self, kind: str, one: int, others: Sequence[int], about: Mapping[str, Any] | None = None) -> Finding:
        keys = (self.subjects[one].key, *(self.subjects[other].key for other in others[:MOST_OTHERS]))
        return Finding(kind=kind, rules=keys, about=about or {}, path="/if", witness=self._shown(one))

    def _shown(self, place: int) -> Mapping[str, Any] | None:
        """Return an event on which a rule matches."""
        for name in self.subjects[place].on:
            shelf = self._shelves[name]
            for region in shelf.boxes[place]:
                if (shown := witness(shelf.space, region, [(self._predicates[place], True)])) is not None:
                    return shown
        return None

    @cached_property
    def _predicates(self) -> Sequence[Predicate]:
        return [each.condition.predicate() for each in self.subjects]
