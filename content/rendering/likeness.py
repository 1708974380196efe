"""How alike two texts are: the share of their letter pairs that both have, wherever they stand."""

from collections import Counter
from typing import Final

from content.rendering.liquid_apart import LIQUID

ADAPTED: Final = 0.40
"""A text for one channel that differs from its sibling for another by less than this is not adapted."""


def difference(one: str, other: str) -> float:
    """Return 0 for the same words, 1 for nothing in common; case, blanks and what variables print do not count."""
    mine, theirs = _pairs(one), _pairs(other)
    total = mine.total() + theirs.total()
    return 1 - 2 * (mine & theirs).total() / total if total else 0.0


def _pairs(text: str) -> Counter[str]:
    bare = "".join(LIQUID.sub(" ", text).lower().split())
    return Counter(bare[at : at + 2] for at in range(max(1, len(bare) - 1))) if bare else Counter()
