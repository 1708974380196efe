"""What a rule does, as rows of a form: one per action, with the fields that its kind has."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PREFIX: Final = "a"
MOST: Final = 10
RAW: Final = "raw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One field of an action: `kind` is text, value (a text or JSON), or values (an object); `offers` names a list."""

    name: str
    label: str | Promise
    kind: str = "text"
    offers: str = ""
    hint: str | Promise = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of action: what it is called, its icon, its fields; `bare`: its one field stands under its name."""

    name: str
    text: str | Promise
    icon: str
    parts: tuple[Part, ...]
    bare: bool = False


_VALUES: Final = _('JSON: texts, numbers, or {"property": "amount"} and {"trait": "city"} for what is known then')
KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind(
            name="start_flow",
            text=_("Start a journey"),
            icon="route",
            parts=(Part(name="flow", label=_("Journey"), offers="flow"),),
            bare=True,
        ),
        Kind(
            name="emit",
            text=_("Tell an event"),
            icon="zap",
            parts=(
                Part(name="event", label=_("Event"), offers="event"),
                Part(name="properties", label=_("Properties"), kind="values", hint=_VALUES),
            ),
        ),
        Kind(
            name="set_trait",
            text=_("Set a trait"),
            icon="pencil",
            parts=(
                Part(name="trait", label=_("Trait"), offers="trait"),
                Part(name="value", label=_("Value"), kind="value", hint=_("a text, or JSON; null takes it away")),
            ),
        ),
        Kind(
            name="add_label",
            text=_("Add a label"),
            icon="tags",
            parts=(Part(name="label", label=_("Label")),),
            bare=True,
        ),
        Kind(
            name="webhook",
            text=_("Call another system"),
            icon="external-link",
            parts=(
                Part(name="endpoint", label=_("Endpoint"), offers="endpoint"),
                Part(name="data", label=_("Data"), kind="values", hint=_VALUES),
            ),
        ),
    )
}


@dataclass(slots=True, kw_only=True)
class Row:
    """One action on the page. One that no kind fits (`raw`) is kept as the JSON that it is."""

    kind: str
    fields: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def known(self) -> Kind | None:
        return KINDS.get(self.kind)

    def written(self) -> Any:
        """Return the action as a definition writes it; nonsense stays what was typed, for the checks to refuse."""
        if self.known is None:
            return _loaded(self.fields.get(RAW, ""))
        read = {part.name: WRITERS[part.kind](self.fields.get(part.name, "")) for part in self.known.parts}
        if self.known.bare:
            return {self.kind: next(iter(read.values()))}
        return {self.kind: {name: value for name, value in read.items() if value != _NOTHING}}


_NOTHING: Final[Mapping[str, Any]] = {}


def rows_of(actions: Any) -> list[Row]:
    """Return the rows of a definition's actions."""
    return [_row(action) for action in actions] if isinstance(actions, list) else []


def posted(data: QueryDict) -> list[Row]:
    """Return the rows as they were sent, after the step that a button asks for (`a:add:emit`, `a:drop:0`, `a:up:1`)."""
    rows = [_posted(data, place) for place in range(MOST + 1) if f"{PREFIX}-{place}-kind" in data]
    for asked in data.getlist("do"):
        if asked.startswith(f"{PREFIX}:"):
            rows = _take(rows, asked.split(":")[1:])
    return rows


def is_asked(data: QueryDict) -> bool:
    """Whether a button of the actions was pressed, so that nothing is to be saved."""
    return any(asked.startswith(f"{PREFIX}:") for asked in data.getlist("do"))


def shown(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the rows as a page draws them."""
    return [
        {
            "place": place,
            "kind": row.kind,
            "icon": row.known.icon if row.known else "braces",
            "text": row.known.text if row.known else "JSON",
            "raw": row.fields.get(RAW, ""),
            "parts": [_part(part, row, place) for part in row.known.parts] if row.known else [],
            "faults": row.faults,
        }
        for place, row in enumerate(rows)
    ]


def _part(part: Part, row: Row, place: int) -> dict[str, Any]:
    told = {name: getattr(part, name) for name in ("label", "kind", "offers", "hint")}
    return {"id": f"{PREFIX}-{place}-{part.name}", "value": row.fields.get(part.name, ""), **told}


def _posted(data: QueryDict, place: int) -> Row:
    start = f"{PREFIX}-{place}-"
    kind = data.get(f"{start}kind", "")
    names = [part.name for part in KINDS[kind].parts] if kind in KINDS else [RAW]
    return Row(kind=kind if kind in KINDS else RAW, fields={name: data.get(start + name, "").strip() for name in names})


def _take(rows: list[Row], asked: Sequence[str]) -> list[Row]:
    step, what = (*asked, "", "")[:2]
    if step == "add" and what in KINDS and len(rows) < MOST:
        return [*rows, Row(kind=what)]
    place = int(what) if what.isascii() and what.isdecimal() and len(what) < 4 else len(rows)
    if place >= len(rows):
        return rows
    if step == "drop":
        return [*rows[:place], *rows[place + 1 :]]
    if step == "up" and place:
        return [*rows[: place - 1], rows[place], rows[place - 1], *rows[place + 1 :]]
    return rows


def _row(action: Any) -> Row:
    if isinstance(action, Mapping) and len(action) == 1:
        ((name, value),) = action.items()
        kind = KINDS.get(name)
        if kind is not None and kind.bare and isinstance(value, str):
            return Row(kind=name, fields={kind.parts[0].name: value})
        if kind is not None and isinstance(value, Mapping) and value.keys() <= {part.name for part in kind.parts}:
            return Row(kind=name, fields={part.name: _typed(part, value.get(part.name, "")) for part in kind.parts})
    return Row(kind=RAW, fields={RAW: json.dumps(action, ensure_ascii=False)})


def _typed(part: Part, value: Any) -> str:
    """Return what somebody would type for a value; a text that would be read as JSON is written as JSON."""
    if part.kind == "values":
        return json.dumps(value, ensure_ascii=False) if value else ""
    if isinstance(value, str) and (part.kind == "text" or _loaded(value) == value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _values(text: str) -> Any:
    return _loaded(text) if text else _NOTHING


WRITERS: Final[Mapping[str, Callable[[str], Any]]] = {"text": str, "value": _loaded, "values": _values}
