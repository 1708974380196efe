"""Lines of conditions and verdicts for a page: one per leaf, with what was found; the words are the conditions' own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import get_language

from audiences.conditions import Place, Verdict, claim, found, joined, parse, summary
from config.kit.errors import InputRefused
from config.kit.masking import shown
from config.kit.templatetags.kit import plain

Parts = Mapping[str, Any]
GROUPS: Final = ("all", "any", "not")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A condition or verdict as it is shown: `held` is None where nothing was judged, `got` what was found."""

    text: str
    held: bool | None = None
    got: str = ""
    children: tuple["Line", ...] = ()

    @property
    def state(self) -> str:
        return "" if self.held is None else "pass" if self.held else "fail"

    @property
    def said(self) -> str:
        """The whole of it on one line."""
        inside = ", ".join(child.said for child in self.children)
        return f"{self.text}: {inside}" if inside else self.text

    def first_failure(self) -> "Line | None":
        """Return the leaf that answers "why not": the first that did not hold where it should have."""
        if self.held is not False:
            return None
        return next((one for child in self.children if (one := child.first_failure())), self)


def verdict_line(verdict: Parts) -> Line:
    """Return the line of a stored verdict with its parts; private values are masked."""
    if verdict["what"] in GROUPS:
        children = tuple(verdict_line(child) for child in verdict.get("children", ()))
        return Line(text=joined_by(verdict["what"]), held=verdict["held"], children=children)
    seen = {**verdict, "actual": shown(verdict.get("name", ""), verdict["actual"])} if "actual" in verdict else verdict
    leaf, language = Verdict.from_json(seen), _language()
    try:
        return Line(text=claim(leaf, language), held=leaf.held, got=found(leaf, language))
    except (InputRefused, LookupError):  # a leaf that an older release wrote
        return Line(text=_as_written(verdict), held=leaf.held, got=plain(seen.get("actual")))


def condition_line(condition: Parts) -> Line:
    """Return the line of a condition as a definition writes it; nothing is judged."""
    for word in GROUPS:
        if word in condition:
            inside = [condition[word]] if word == "not" else condition[word]
            return Line(text=joined_by(word), children=tuple(map(condition_line, inside)))
    try:
        return Line(text=summary(parse(dict(condition), place=Place.EVENT), _language()))
    except InputRefused:  # not of the condition language: the measures of aggregate rules
        return Line(text=_as_written(condition))


def joined_by(word: str) -> str:
    """Return how `all`, `any` or `not` is said."""
    return joined(word, _language())


def _as_written(parts: Parts) -> str:
    return plain({name: value for name, value in parts.items() if name not in ("held", "actual", "children")})


def _language() -> str:
    return get_language() or "en"
