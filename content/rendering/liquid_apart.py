"""Sets Liquid aside while a template's HTML is looked at or rewritten, and puts it back in its place.

A parser of HTML would read `{% if a < b %}` as the beginning of a tag and move a loop between two rows out of its
table. In its place stands a comment between tags and a plain word inside one.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

LIQUID: Final = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_WORD: Final = re.compile(r"<!--liquid-(\d+)-->|liquid-(\d+)-apart(?:=\"\")?")
_PIECE: Final = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|[<>]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Apart:
    """HTML without Liquid, and the pieces of Liquid in their order."""

    html: str
    pieces: tuple[str, ...]

    def back(self, html: str) -> str | None:
        """Put the pieces back into a rewritten form; None if one was lost, doubled or moved."""
        found = [int(match.group(1) or match.group(2)) for match in _WORD.finditer(html)]
        if found != list(range(len(self.pieces))):
            return None
        return _WORD.sub(lambda match: self.pieces[int(match.group(1) or match.group(2))], html)


def set_apart(source: str) -> Apart:
    """Return the HTML with a mark for each piece of Liquid."""
    pieces: list[str] = []
    inside = False

    def mark(match: re.Match[str]) -> str:
        nonlocal inside
        text = match.group()
        if text in "<>":
            inside = text == "<"
            return text
        pieces.append(text)
        number = len(pieces) - 1
        return f"liquid-{number}-apart" if inside else f"<!--liquid-{number}-->"

    return Apart(_PIECE.sub(mark, source), tuple(pieces))


def rewritten(source: str, change: Callable[[str], str]) -> str | None:
    """Return the source after `change` of its HTML, None if the change would have torn its Liquid."""
    apart = set_apart(source)
    return apart.back(change(apart.html))
