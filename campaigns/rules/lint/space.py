"""The space of all situations in which events of one name may be judged, and conditions as boxes in it.

A box says, for each dimension that it cares for, on which cells it holds; a condition is several boxes. Every claim is
made on the side of caution: where cells hold more than what really occurs, nothing is said to be impossible for it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from audiences.conditions import Condition
from campaigns.rules.branches import Branch
from campaigns.rules.compile import alternatives
from campaigns.rules.lint.cells import Dimension
from campaigns.rules.lint.leaves import FLAG, MAKERS, MOMENT, Cut, Key, cut, since

Box = Mapping[Key, int]
"""The cells on which something holds, by dimension; one that is left out does not matter."""
EVERYTHING: Final[Box] = {}
MOST_STEPS: Final = 20_000
"""How many boxes `left_over` may look at before it gives up, where it is asked for every pair of rules."""
_HELD: Final = 0b10


class Undecided(Exception):
    """The question would take too long to answer; nothing is claimed then."""


class Space:
    """The dimensions of all that the given conditions read about events of one name."""

    def __init__(self, conditions: Iterable[Condition | None], *, event_name: str) -> None:
        self.event_name = event_name
        self.leaves: dict[Key, Condition] = {}
        """For each dimension a leaf that reads it."""
        self._cuts: dict[str, Cut] = {}
        spread = [alternatives(condition, event_name=event_name) for condition in conditions]
        for literal in (literal for branches in spread for branch in branches for literal in branch):
            if literal.key not in self._cuts:
                each = self._cuts[literal.key] = cut(literal.leaf)
                self.leaves.setdefault(each.key, each.leaf)
        self.dimensions = self._dimensions()
        self._bits = {key: self.dimensions[each.key].where(each.test) for key, each in self._cuts.items()}
        self._asked = {each.key: each for each in self._cuts.values() if each.base is not None}
        self._narrowings: dict[tuple[Key, int], tuple[Key, int] | None] = {}
        self.boxes: list[tuple[Box, ...]] = [tuple(map(self._box, branches)) for branches in spread]
        """The boxes of each condition, in their order; those that never hold are among them."""

    def possible(self, box: Box) -> Box | None:
        """Narrow a box to what readings of the same value leave possible together; None if that is nothing."""
        found = dict(box)
        for key, bits in box.items():
            if key in self._asked and (narrowing := self._narrowing(key, bits)) is not None:
                base, kept = narrowing
                found[base] = found.get(base, kept) & kept
        return found if all(found.values()) else None

    def meet(self, one: Box, other: Box) -> Box | None:
        """Return what two boxes have in common, None if that is nothing."""
        found = dict(one)
        for key, bits in other.items():
            found[key] = found.get(key, bits) & bits
            if not found[key]:
                return None
        return self.possible(found)

    def left_over(self, region: Box, boxes: Sequence[Box], *, most: int = MOST_STEPS) -> Box | None:
        """Return a part of `region` that lies in none of `boxes`; None if they cover all of it.

        Raises `Undecided` if more than `most` boxes would have to be looked at.
        """
        narrowed = self.possible(region)
        waiting: list[tuple[Box, Sequence[Box]]] = [] if narrowed is None else [(narrowed, boxes)]
        while waiting:  # no recursion: a table of a thousand rows would go as deep
            piece, others = waiting.pop()
            most -= 1 + len(others)
            if most < 0:
                raise Undecided
            rest, near = self._beside_slabs(piece, others)
            if rest is None:
                continue
            if not near:
                return rest
            waiting += reversed(list(self._outside(rest, near)))
        return None

    def _beside_slabs(self, piece: Box, boxes: Sequence[Box]) -> tuple[Box | None, list[Box]]:
        """Take away each box that cuts the piece in one dimension alone; return what is left, and the others near it.

        What is left is one box still: thresholds, of which a table may have a thousand, cost one step each.
        """
        rest, others = dict(piece), []
        for box in boxes:
            cuts = [(key, rest.get(key, self.dimensions[key].full) & ~bits) for key, bits in box.items()]
            cuts = [(key, beyond) for key, beyond in cuts if beyond]
            if not cuts:
                return None, []
            if len(cuts) == 1:
                rest.update(cuts)
            else:
                others.append(box)
        found = self.possible(rest)
        return found, [] if found is None else [box for box in others if not apart(found, box)]

    def _outside(self, region: Box, boxes: Sequence[Box]) -> Iterator[tuple[Box, Sequence[Box]]]:
        """Take the first box away: what is left lies beyond it in one dimension, or within that and beyond the next."""
        rest, others = dict(region), boxes[1:]
        for key, bits in boxes[0].items():
            inside = rest.get(key, self.dimensions[key].full)
            if (outside := inside & ~bits) and (piece := self.possible({**rest, key: outside})) is not None:
                yield piece, others
            rest[key] = inside & bits

    def _dimensions(self) -> dict[Key, Dimension]:
        constants: dict[Key, list[Any]] = {}
        for each in self._cuts.values():
            constants.setdefault(each.key, []).extend(each.constants)
            if each.base is not None:
                constants.setdefault(each.base, [])
        return {key: MAKERS[key.kind](found) for key, found in constants.items()}

    def _narrowing(self, key: Key, bits: int) -> tuple[Key, int] | None:
        """Return on which cells the stored value must lie for a reading of it to lie on `bits`."""
        if (key, bits) not in self._narrowings:
            self._narrowings[key, bits] = self._narrow(self._asked[key], bits)
        return self._narrowings[key, bits]

    def _narrow(self, each: Cut, bits: int) -> tuple[Key, int] | None:
        dimension = self.dimensions[each.key]
        if bits == dimension.full or each.base is None or each.of_base is None:
            return None
        base, holds = self.dimensions[each.base], each.of_base
        if each.key.kind == FLAG:
            wanted = bits == _HELD
            return each.base, base.may(lambda value: holds(value) is wanted)
        sign = 1 if each.key.kind == MOMENT else -1

        def fits(value: Any) -> bool:
            length = since(value)
            return dimension.has(bits, None if length is None else sign * length)

        return each.base, base.may(fits)

    def _box(self, branch: Branch) -> Box:
        found: dict[Key, int] = {}
        for literal in branch:
            key = self._cuts[literal.key].key
            full, bits = self.dimensions[key].full, self._bits[literal.key]
            found[key] = found.get(key, full) & (bits if literal.positive else full & ~bits)
        return found


def apart(region: Box, box: Box) -> bool:
    """Tell whether two boxes have nothing in common."""
    return any(not region.get(key, bits) & bits for key, bits in box.items())
