"""What differs between two definitions of a rule: as data, place by place, and in the reader's words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from audiences.segments.versions import Difference, changed_rows
from campaigns.rules.form import KEYS, parse_rule
from config.kit.errors import InputRefused, Problem
from config.kit.versions import canonical

CONDITIONS: Final = ("if", "unless")
_NOTHING: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One key that differs. `words` say it for people, one for each row of a condition that differs."""

    path: str
    what: str
    before: Any
    after: Any
    words: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "what": self.what,
            "before": self.before,
            "after": self.after,
            "words": list(self.words),
        }


def changes_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return what must change in `old` to make it `new`, key by key in the order in which rules are written."""
    old, new = _canonical(old), _canonical(new)
    names = [*(name for name in KEYS if name in new or name in old), *sorted((new.keys() | old.keys()) - set(KEYS))]
    return [change for name in names if (change := _change(name, old.get(name, _NOTHING), new.get(name, _NOTHING)))]


def _canonical(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a definition in its canonical form, so that what is only left out is no difference; as it is if unread."""
    try:
        return parse_rule(definition).definition
    except InputRefused:
        return definition


def as_problems(changes: list[Change]) -> list[Problem]:
    """Return the changes as places of a refusal: what stands there now, and what was sent instead."""
    return [Problem(path=change.path, message="; ".join(change.words), hint="read it again") for change in changes]


def _change(name: str, before: Any, after: Any) -> Change | None:
    if before is not _NOTHING and after is not _NOTHING and canonical(before) == canonical(after):
        return None
    what = "added" if before is _NOTHING else "removed" if after is _NOTHING else "changed"
    old, new = (None if value is _NOTHING else value for value in (before, after))
    words = tuple(f"{name}: {difference}" for difference in _differences(name, old, new))
    return Change(path=f"/{name}", what=what, before=old, after=new, words=words)


def _differences(name: str, old: Any, new: Any) -> Iterator[Difference]:
    if name in CONDITIONS and all(value is None or isinstance(value, dict) for value in (old, new)):
        yield from changed_rows(old, new)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _of_lists(old, new)
    else:
        yield Difference(what=_what(old, new), before=_said(old), after=_said(new))


def _of_lists(old: list[Any], new: list[Any]) -> Iterator[Difference]:
    left, came = [each for each in old if each not in new], [each for each in new if each not in old]
    yield from (Difference(what="removed", before=_said(each)) for each in left)
    yield from (Difference(what="added", after=_said(each)) for each in came)
    if not left and not came:
        yield Difference(what="changed", before=_said(old), after=_said(new))


def _what(old: Any, new: Any) -> str:
    return "added" if old is None else "removed" if new is None else "changed"


def _said(value: Any) -> str:
    text = value if isinstance(value, str) else "" if value is None else canonical(value).decode()
    return text if len(text) <= 200 else text[:199] + "…"
