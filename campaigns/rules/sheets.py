"""Lays out the branches of one event name: which aliases a fact carries, and which terms make up each ruleset."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice

from audiences.conditions import Facts
from campaigns.rules.branches import Branch, Literal
from campaigns.rules.engine import ALIASES_PER_FACT, TERMS_PER_BRANCH, USUAL_BRANCHES, Comparison, Term
from campaigns.rules.readings import COUNTED, Reading, reading
from campaigns.rules.scales import ABSENT, Ranges, Reader, Scale

Owners = Mapping[Branch, Sequence[int]]
"""Branches, and the ids of the rules that they are alternatives of."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The readers that make a fact, the rulesets that judge it (terms by branch number), and the branches' owners."""

    readers: tuple[Reader, ...]
    rulesets: tuple[Mapping[int, Sequence[Term]], ...]
    owners: Mapping[str, tuple[int, ...]]


def lay_out(owners: Owners) -> Iterator[Layout]:
    """Yield as few layouts as hold all branches without a fact or a branch growing beyond what the library bears."""
    draft = _Draft()
    for branch in owners:
        if not draft.admit(branch):
            yield draft.layout(owners)
            draft = _Draft()
            draft.admit(branch)
    if draft.branches:
        yield draft.layout(owners)


def fits(branch: Branch) -> bool:
    """Tell whether a branch can stand in a ruleset at all."""
    return 2 * len(branch) <= TERMS_PER_BRANCH


class _Draft:
    """A layout in the making: scales and predicates are gathered first, because constants decide the codes."""

    def __init__(self) -> None:
        self.branches: list[Branch] = []
        self._scales: dict[str, Scale] = {}
        self._readings: dict[Literal, Reading] = {}
        self._predicates: dict[Literal, str] = {}
        self._weight = 0
        self._aliases = 0

    def admit(self, branch: Branch) -> bool:
        """Take `branch` in, unless a fact might come to carry too many properties."""
        fresh = [each for each in branch if each not in self._readings and each not in self._predicates]
        readings = {each: reading(each.leaf, positive=each.positive) for each in fresh}
        weight = sum(self._weight_of(found) for found in readings.values())
        if self.branches and self._weight + weight > ALIASES_PER_FACT:
            return False
        self._weight += weight
        for each, found in readings.items():
            self._take(each, found)
        self.branches.append(branch)
        return True

    def layout(self, owners: Owners) -> Layout:
        for scale in self._scales.values():
            scale.settle()
        terms = {number: self._terms(branch) for number, branch in enumerate(self.branches)}
        rulesets = tuple(dict(chunk) for chunk in _chunks(_by_likeness(terms), USUAL_BRANCHES))
        names = {str(number): tuple(owners[branch]) for number, branch in enumerate(self.branches)}
        chunks = [[self.branches[number] for number in ruleset] for ruleset in rulesets]
        return Layout((*self._scale_readers(chunks), *self._flag_readers(chunks)), rulesets, names)

    def _scale_readers(self, chunks: Sequence[Sequence[Branch]]) -> Iterator[Reader]:
        """Yield the readers of scales, counts last: what is cheap to read may spare what is not."""
        for key, scale in sorted(self._scales.items(), key=lambda pair: pair[0].startswith(COUNTED)):
            possible = [0] * (scale.top + 1)
            for number, chunk in enumerate(chunks):
                for low, high in _union([self._ranges(branch, key, scale) for branch in chunk]):
                    possible[low : high + 1] = [bits | 1 << number for bits in possible[low : high + 1]]
            yield scale.reader(possible)

    def _ranges(self, branch: Branch, key: str, scale: Scale) -> Ranges:
        """Return for which codes of a scale a branch may hold: all, if it does not read the scale."""
        cuts = [found.cut for each in branch if (found := self._readings.get(each)) and found.key == key]
        return reduce(_meet, (scale.ranges(cut) for cut in cuts), ((ABSENT, scale.top),))

    def _flag_readers(self, chunks: Sequence[Sequence[Branch]]) -> Iterator[Reader]:
        everything = (1 << len(chunks)) - 1
        for each, alias in self._predicates.items():
            needed = sum(1 << number for number, chunk in enumerate(chunks) if all(each in branch for branch in chunk))
            yield _flag_reader(each, alias, everything, everything & ~needed)

    def _weight_of(self, found: Reading | None) -> int:
        """Return how many properties the literal may add to a fact: its code, its flag, the flags of its opposites."""
        return 1 if found is None else 2 * (found.key not in self._scales) + found.cut.unless

    def _take(self, each: Literal, found: Reading | None) -> None:
        if found is None:
            self._predicates[each] = self._new_alias()
            return
        self._readings[each] = found
        if found.key not in self._scales:
            self._scales[found.key] = Scale(self._new_alias(), found.source)
        self._scales[found.key].cuts.append(found.cut)

    def _new_alias(self) -> str:
        self._aliases += 1
        return f"a{self._aliases}"

    def _terms(self, branch: Branch) -> tuple[Term, ...]:
        terms: list[Term] = []
        for each in branch:
            found = self._readings.get(each)
            if found is None:
                terms.append(Term(self._predicates[each], Comparison.EQ, 1))
            else:
                terms += self._scales[found.key].terms(found.cut, new_alias=self._new_alias)
        return tuple(dict.fromkeys(terms))


def _flag_reader(each: Literal, alias: str, if_held: int, if_not: int) -> Reader:
    predicate, positive = each.leaf.predicate(), each.positive
    held, other = (f',"{alias}":1', if_held), ("", if_not)

    def read(facts: Facts) -> tuple[str, int]:
        return held if predicate(facts) is positive else other

    return read


def _meet(one: Ranges, other: Ranges) -> Ranges:
    pairs = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return tuple((low, high) for low, high in pairs if low <= high)


def _union(found: Sequence[Ranges]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of codes that lie in at least one of the ranges."""
    reached = ABSENT - 1
    for low, high in sorted(pair for ranges in found for pair in ranges):
        if high > reached:
            yield max(low, reached + 1), high
            reached = high


def _by_likeness(terms: Mapping[int, Sequence[Term]]) -> list[tuple[int, Sequence[Term]]]:
    """Order terms and branches so that neighbours begin alike: the library then judges what they share only once.

    Flags come first, the commonest in front, because they are found by name; comparisons follow.
    """
    uses = Counter(term for branch in terms.values() for term in branch)

    def rank(term: Term) -> tuple[bool, int, str, str, int]:
        return term.comparison is not Comparison.EQ, -uses[term], term.alias, term.comparison.value, term.code

    ordered = ((number, tuple(sorted(branch, key=rank))) for number, branch in terms.items())
    return sorted(ordered, key=lambda pair: [rank(term) for term in pair[1]])


def _chunks(pairs: Iterable[tuple[int, Sequence[Term]]], size: int) -> Iterator[list[tuple[int, Sequence[Term]]]]:
    rest = iter(pairs)
    while chunk := list(islice(rest, size)):
        yield chunk
