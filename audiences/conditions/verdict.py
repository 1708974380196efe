"""The answer to a condition, leaf by leaf, with the value that was found: what the why panel shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_LONGEST_TEXT = 200
_MOST_ITEMS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a condition held, and why.

    `what` is the combinator or leaf ("all", "trait", "did", …), `name` what it is about (a trait, an event),
    `op` how it was compared, `limit` with what, `actual` the value that was found (None if `missing`); of a count,
    `within` is its window and `where` what the events had to satisfy. `leaf` is the whole leaf as a definition writes
    it, for those that ask for more than the other fields can say.
    """

    held: bool
    what: str
    name: str = ""
    op: str = ""
    limit: Any = None
    actual: Any = None
    missing: bool = False
    within: str = ""
    where: tuple[dict[str, Any], ...] = ()
    leaf: Mapping[str, Any] | None = None
    children: tuple["Verdict", ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as plain JSON; long values are cut, absent parts left out."""
        parts: dict[str, Any] = {"held": self.held, "what": self.what}
        if self.name:
            parts["name"] = self.name
        if self.op:
            parts |= {"op": self.op, "limit": self.limit, "actual": cut(self.actual)}
        if self.missing:
            parts["missing"] = True
        if self.within:
            parts["within"] = self.within
        if self.where:
            parts["where"] = list(self.where)
        if self.leaf:
            parts["leaf"] = dict(self.leaf)
        if self.children:
            parts["children"] = [child.as_json() for child in self.children]
        return parts

    @classmethod
    def from_json(cls, parts: Mapping[str, Any]) -> "Verdict":
        """Return the verdict that `as_json` wrote."""
        return cls(
            held=parts["held"],
            what=parts["what"],
            name=parts.get("name", ""),
            op=parts.get("op", ""),
            limit=parts.get("limit"),
            actual=parts.get("actual"),
            missing=parts.get("missing", False),
            within=parts.get("within", ""),
            where=tuple(parts.get("where", ())),
            leaf=parts.get("leaf"),
            children=tuple(cls.from_json(child) for child in parts.get("children", ())),
        )


def cut(value: Any) -> Any:
    """Return `value`, or its beginning if it is long: a verdict is kept for every match."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else value[:_LONGEST_TEXT] + "…"
    if isinstance(value, list):
        return [cut(item) for item in value[:_MOST_ITEMS]] + (["…"] if len(value) > _MOST_ITEMS else [])
    if isinstance(value, dict):
        return {key: cut(value[key]) for key in list(value)[:_MOST_ITEMS]}
    return value
