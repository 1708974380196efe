"""Sentences that pure rooms say and the edge translates: the English text, and what it was made of."""

from collections.abc import Mapping
from typing import Any, Self


class Phrase(str):
    """An English sentence that still knows its pattern, so that `spoken` can say it in the reader's language."""

    __slots__ = ("given", "pattern")
    pattern: str
    given: Mapping[str, Any]

    def __new__(cls, pattern: str, given: Mapping[str, Any]) -> Self:
        made = super().__new__(cls, pattern % given if given else pattern)
        made.pattern, made.given = pattern, given
        return made

    def __getnewargs__(self) -> tuple[str, Mapping[str, Any]]:  # type: ignore[override]  # what __new__ takes
        return self.pattern, self.given


def phrase(pattern: str, **given: Any) -> Phrase:
    """Return the sentence of `pattern`, in which `%(name)s` stands for what is given; phrases may hold phrases."""
    return Phrase(pattern, given)
