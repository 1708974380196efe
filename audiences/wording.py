"""Says conditions and verdicts in words, in the reader's language: one line per leaf, with what was found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audiences.conditions import durations
from config.kit.masking import shown
from config.kit.templatetags.kit import exact_duration, plain

Parts = Mapping[str, Any]


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

    def first_failure(self) -> "Line | None":
        """Return the leaf that answers "why not": the first that did not hold where it should have."""
        if self.held is not False:
            return None
        return next((found for child in self.children if (found := child.first_failure())), self)


COMPARED: Final[dict[str, str | Promise]] = {
    "eq": gettext_lazy("%(name)s is %(limit)s"),
    "ne": gettext_lazy("%(name)s is not %(limit)s"),
    "lt": gettext_lazy("%(name)s is less than %(limit)s"),
    "lte": gettext_lazy("%(name)s is at most %(limit)s"),
    "gt": gettext_lazy("%(name)s is more than %(limit)s"),
    "gte": gettext_lazy("%(name)s is at least %(limit)s"),
    "between": gettext_lazy("%(name)s is between %(limit)s"),
    "in": gettext_lazy("%(name)s is one of %(limit)s"),
    "not_in": gettext_lazy("%(name)s is none of %(limit)s"),
    "contains": gettext_lazy("%(name)s contains %(limit)s"),
    "not_contains": gettext_lazy("%(name)s does not contain %(limit)s"),
    "starts_with": gettext_lazy("%(name)s starts with %(limit)s"),
    "ends_with": gettext_lazy("%(name)s ends with %(limit)s"),
    "matches": gettext_lazy("%(name)s matches the pattern %(limit)s"),
    "exists": gettext_lazy("%(name)s is known"),
    "not_exists": gettext_lazy("%(name)s is not known"),
    "before": gettext_lazy("%(name)s is before %(limit)s"),
    "after": gettext_lazy("%(name)s is after %(limit)s"),
    "older_than": gettext_lazy("%(name)s is longer ago than %(limit)s"),
    "newer_than": gettext_lazy("%(name)s is less than %(limit)s ago"),
    "has_any": gettext_lazy("%(name)s has any of %(limit)s"),
    "has_all": gettext_lazy("%(name)s has all of %(limit)s"),
}
COMBINED: Final = {
    "all": gettext_lazy("All of these"),
    "any": gettext_lazy("At least one of these"),
    "not": gettext_lazy("Not"),
}
TIMES: Final[dict[str, Callable[[int], str]]] = {
    "at_least": lambda n: ngettext("did %(event)s at least %(n)s time", "did %(event)s at least %(n)s times", n),
    "at_most": lambda n: ngettext("did %(event)s at most %(n)s time", "did %(event)s at most %(n)s times", n),
    "exactly": lambda n: ngettext("did %(event)s exactly %(n)s time", "did %(event)s exactly %(n)s times", n),
    "less_than": lambda n: ngettext("did %(event)s less than %(n)s time", "did %(event)s less than %(n)s times", n),
    "more_than": lambda n: ngettext("did %(event)s more than %(n)s time", "did %(event)s more than %(n)s times", n),
}


def verdict_line(verdict: Parts) -> Line:
    """Return the line of a stored verdict with its parts."""
    children = tuple(verdict_line(child) for child in verdict.get("children", ()))
    if children or verdict["what"] in COMBINED:
        return Line(text=str(COMBINED[verdict["what"]]), held=verdict["held"], children=children)
    return Line(text=_leaf(verdict), held=verdict["held"], got=_found(verdict))


def condition_line(condition: Parts) -> Line:
    """Return the line of a condition as a definition writes it; nothing is judged."""
    for word in ("all", "any"):
        if word in condition:
            return Line(text=str(COMBINED[word]), children=tuple(map(condition_line, condition[word])))
    if "not" in condition:
        return Line(text=str(COMBINED["not"]), children=(condition_line(condition["not"]),))
    return Line(text=_leaf(_parts(condition)))


def _parts(leaf: Parts) -> Parts:
    """Bring a written leaf into the form of a verdict."""
    for what in ("trait", "property"):
        if what in leaf:
            return {"what": what, "name": leaf[what], "op": leaf.get("is", ""), "limit": leaf.get("value")}
    if "did" in leaf:
        (op, limit), *_rest = (leaf.get("times") or {"at_least": 1}).items()
        return {"what": "did", "name": leaf["did"], "op": op, "limit": limit, **_present(leaf, "within", "where")}
    if "event_name" in leaf:
        return {"what": "event_name", "limit": leaf["event_name"]}
    if "segment" in leaf:
        return {"what": "segment", "name": leaf["segment"]}
    return {"what": "", "limit": dict(leaf)}


def _present(leaf: Parts, *names: str) -> dict[str, Any]:
    return {name: leaf[name] for name in names if leaf.get(name)}


def _leaf(parts: Parts) -> str:
    match parts["what"]:
        case "trait" | "property" if parts.get("op") in COMPARED:
            return _compared(parts)
        case "did" if parts.get("op") in TIMES:
            return _did(parts)
        case "event_name":
            return _("the event is %(names)s") % {"names": plain(parts.get("limit"))}
        case "segment":
            return _("is in the segment %(name)s") % {"name": parts.get("name", "")}
    known = {name: parts[name] for name in ("what", "name", "op", "limit") if parts.get(name)}
    return plain(known)


def _compared(parts: Parts) -> str:
    op, limit = parts["op"], parts.get("limit")
    if op == "between" and isinstance(limit, list | tuple) and len(limit) == 2:
        limit = _("%(low)s and %(high)s") % {"low": plain(limit[0]), "high": plain(limit[1])}
    elif op in ("older_than", "newer_than"):
        limit = _length(limit)
    return str(COMPARED[op]) % {"name": parts["name"], "limit": plain(limit)}


def _did(parts: Parts) -> str:
    n = int(parts.get("limit") or 0)
    text = TIMES[parts["op"]](n) % {"event": parts["name"], "n": n}
    if parts.get("where"):
        where = _(" and ").join(_leaf(_parts(leaf)) for leaf in parts["where"])
        text = _("%(did)s where %(where)s") % {"did": text, "where": where}
    if parts.get("within"):
        text = _("%(did)s within %(length)s") % {"did": text, "length": _length(parts["within"])}
    return text


def _length(written: Any) -> str:
    """Say a duration exactly: in the largest unit that divides it."""
    return exact_duration(durations.read(written)) if isinstance(written, str) else plain(written)


def _found(verdict: Parts) -> str:
    if verdict.get("missing"):
        return _("unknown")
    if verdict["what"] == "segment":
        return _("is in it") if verdict.get("actual") else _("is not in it")
    return plain(shown(verdict.get("name", ""), verdict.get("actual")))
