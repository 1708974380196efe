"""Who enters a flow, who leaves it and what it is for: the form of everything in a draft that is no node."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from audiences import builder
from audiences.builder import ConditionForm
from audiences.conditions import Place

Raw = Mapping[str, Any]
ON: Final = (
    ("event", _("An event comes")),
    ("segment", _("Somebody enters a segment")),
    ("rule", _("A rule starts it")),
    ("api", _("The API starts it")),
)
PLACES: Final = (("if", "/entry/if"), ("exit", "/exit"))


@dataclass(slots=True, kw_only=True)
class StartFields:
    """What the form holds: texts as typed, the condition of the entry (`if`) and that of leaving (`exit`)."""

    texts: dict[str, str]
    conditions: dict[str, ConditionForm]
    again: bool = False
    more_exits: list[Any] = field(default_factory=list)
    asked: bool = False

    def over(self, definition: Raw) -> dict[str, Any]:
        """Return the definition with what the form says in its place, right or not."""
        kept = {name: value for name, value in definition.items() if name not in ("entry", "exit", "goal", "holdout")}
        kept["name"] = self.texts["name"]
        exits = [{"event": name} for name in names(self.texts["exits"])]
        if self.conditions["exit"].root.inside():
            exits.append({"when": self.conditions["exit"].definition()})
        if exits := [*exits, *self.more_exits]:
            kept["exit"] = exits
        if self.texts["goal"]:
            within = {"within": self.texts["within"]} if self.texts["within"] else {}
            kept["goal"] = {"event": self.texts["goal"], **within}
        if self.texts["holdout"] not in ("", "0"):
            kept["holdout"] = share(self.texts["holdout"])
        return kept | {"entry": self._entry()}

    def _entry(self) -> dict[str, Any]:
        on = self.texts["on"] or "event"
        entry: dict[str, Any] = {"on": on}
        if on in ("event", "segment"):
            entry[on] = self.texts[on]
        if self.conditions["if"].root.inside():
            entry["if"] = self.conditions["if"].definition()
        if self.texts["key"]:
            entry["key"] = self.texts["key"]
        if self.again:
            entry["reentry"] = {"allowed": True} | ({"after": self.texts["after"]} if self.texts["after"] else {})
        return entry


TEXTS: Final = ("name", "on", "event", "segment", "key", "after", "exits", "goal", "within", "holdout")


def of(definition: Raw, workspace_id: int) -> StartFields:
    """Return the form of a draft's definition."""
    entry, goal, exits = _part(definition.get("entry")), _part(definition.get("goal")), definition.get("exit") or []
    reentry = _part(entry.get("reentry"))
    whens = [one for one in exits if isinstance(one, Mapping) and "when" in one]
    events = [str(one.get("event", "")) for one in exits if isinstance(one, Mapping) and "event" in one]
    flat = {**entry, "name": definition.get("name", ""), "after": reentry.get("after", ""), "exits": ", ".join(events)}
    flat |= {"goal": goal.get("event", ""), "within": goal.get("within", "")}
    flat["holdout"] = _percent(definition.get("holdout", ""))
    raw = {"if": entry.get("if"), "exit": whens[0]["when"] if whens else None}
    return StartFields(
        texts={name: str(flat.get(name, "")) for name in TEXTS},
        conditions={name: _condition(raw[name], workspace_id, name, path) for name, path in PLACES},
        again=reentry.get("allowed") is True,
        more_exits=whens[1:],
    )


def posted(data: QueryDict, workspace_id: int, *, before: Raw) -> StartFields:
    """Return the form as it was sent, after the step that a button asks for."""
    forms = {
        name: builder.posted(data, workspace_id, place=Place.EVENT, prefix=name, path=path) for name, path in PLACES
    }
    return StartFields(
        texts={name: data.get(name, "").strip() for name in TEXTS},
        conditions=forms,
        again="again" in data,
        more_exits=of(before, workspace_id).more_exits,
        asked=any(form.asked for form in forms.values()),
    )


def names(text: str) -> list[str]:
    """Return the names in a text that has commas between them."""
    parts = text.replace("、", ",").replace("，", ",").split(",")  # as Chinese keyboards write it
    return [name for name in dict.fromkeys(part.strip() for part in parts) if name]


def share(text: str) -> Any:
    """Return a percentage as a share of one; anything else as it is, for the checks to refuse."""
    try:
        return round(float(text.rstrip("% ")) / 100, 6)
    except ValueError:
        return text


def _percent(value: Any) -> str:
    return f"{value * 100:g}" if isinstance(value, int | float) and value else ""


def _condition(raw: Any, workspace_id: int, name: str, path: str) -> ConditionForm:
    if isinstance(raw, Mapping) and raw:
        return builder.of(raw, workspace_id, place=Place.EVENT, prefix=name, path=path)
    return builder.blank(workspace_id, place=Place.EVENT, prefix=name, path=path)


def _part(raw: Any) -> Raw:
    return raw if isinstance(raw, Mapping) else {}
