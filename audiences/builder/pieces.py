"""The words and fields of a row as its template draws them: what to choose from, what is wrong, what has the focus."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from audiences.builder.catalogue import Found
from audiences.builder.form import ConditionForm, found_for
from audiences.builder.kinds import KINDS, Kind
from audiences.builder.rows import Row, Seat
from audiences.builder.values import LIST, MOMENT, NUMBER, TEXT, TRUTH, TYPES, Test, fitting, shape_of
from audiences.builder.widgets import (
    EVER,
    LASTS,
    MEASURED,
    UNITS,
    Consented,
    Count,
    Lasts,
    Length,
    Measure,
    MeasuredEvent,
    Name,
    Names,
    Whole,
    Widget,
    loaded_list,
)
from audiences.builder.writing import Fault
from audiences.conditions import OPERATORS
from audiences.conditions.wording import ENGLISH, LANGUAGES
from config.kit.near import near

Shown = dict[str, Any]
PURPOSES: Final = ("marketing", "transactional")


@dataclass(slots=True, kw_only=True)
class Drawing:
    """One form on its way to a template."""

    form: ConditionForm
    seats: dict[int, Seat]
    faults: Mapping[int, list[Fault]]
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    focus: tuple[int, str] = (0, "")

    def name(self, row: Row, field_name: str) -> str:
        return f"{self.form.prefix}-{row.id}-{field_name}"

    def list_of(self, key: str, options: tuple[str, ...]) -> str:
        """Return the id of a list of suggestions, which the page holds once however many fields use it."""
        if not options:
            return ""
        self.lists[f"{self.form.prefix}-list-{key}"] = options
        return f"{self.form.prefix}-list-{key}"


def pieces(drawing: Drawing, row: Row, parent: Row, kind: Kind) -> Iterator[Shown]:
    """Yield the words and widgets of a row in the order of the reader's language."""
    left = {widget.name: widget for widget in kind.widgets}
    for word, name, _spec, _conversion in Formatter().parse(str(kind.sentence)):
        if word.strip():
            yield {"word": word.strip()}
        if name and name in left:
            yield _widget(drawing, row, parent, left.pop(name))
    for widget in left.values():
        yield _widget(drawing, row, parent, widget)


def _widget(drawing: Drawing, row: Row, parent: Row, widget: Widget) -> Shown:
    faults = {fault.field for fault in drawing.faults.get(row.id, [])}
    focus = drawing.focus[1] or widget_to_focus(row) if drawing.focus[0] == row.id else ""
    base = {
        "template": f"builder/widgets/{widget.template}.html",
        "dom": f"{drawing.form.prefix}-{row.id}",
        "name": drawing.name(row, widget.name),
        "label": widget.label,
        "value": row.get(widget.name),
        "faulty": {found for field_name in faults if (found := _end(field_name, widget))},
        "focus": _end(focus, widget),
        "described": f"{drawing.form.prefix}-{row.id}-faults" if faults else "",
    }
    more: Shown = _MORE[type(widget)](drawing, row, parent, widget)
    return base | more


def _end(field_name: str, widget: Widget) -> str:
    """Return which of a widget's fields is meant: the end of its name, "it" for the only one, nothing for others'."""
    if field_name == widget.name:
        return "it"
    before, _dash, end = field_name.partition("-")
    return end if before == widget.name else ""


def widget_to_focus(row: Row) -> str:
    """Return the field that is filled in first."""
    return KINDS[row.kind].widgets[0].first() if row.kind in KINDS else ""


def _name(drawing: Drawing, row: Row, parent: Row, widget: Name) -> Shown:
    options, labels = _options(drawing, row, parent, widget.of)
    value = row.get(widget.name)
    unknown = bool(value) and value not in options and bool(options)
    whose = row.id if row.get("event") else parent.id
    key = f"{widget.of}-{whose}" if widget.of == "property" else widget.of
    return {
        "list": drawing.list_of(key, options),
        "labels": labels,
        "options": options,
        "of": widget.of,
        "unknown": unknown,
        "near": near(value, options) if unknown else "",
        "near_asks": f"{drawing.form.prefix}:set:{row.id}:{widget.name}:",
    }


def _options(drawing: Drawing, row: Row, parent: Row, of: str) -> tuple[tuple[str, ...], Mapping[str, str]]:
    known = drawing.form.known
    match of:
        case "trait":
            return tuple(known.traits), {}
        case "event":
            return known.events, {}
        case "segment":
            return tuple(drawing.form.segments), drawing.form.segments
        case _:
            return tuple(known.properties_of(row.get("event") or parent.get("event"))), {}


def _names(drawing: Drawing, row: Row, parent: Row, widget: Names) -> Shown:
    options, _labels = _options(drawing, row, parent, widget.of)
    return {
        "items": loaded_list(row.get(widget.name)),
        "drops": f"{drawing.form.prefix}:drop-item:{row.id}:{widget.name}:",
        "adds": f"{drawing.form.prefix}:add-items:{row.id}:{widget.name}",
        "list": drawing.list_of(widget.of, options),
        "hidden": drawing.name(row, widget.name),
        "hidden_value": row.get(widget.name),
        "more": drawing.name(row, f"{widget.name}-more"),
        "more_value": row.get(f"{widget.name}-more"),
    }


def _measure(_drawing: Drawing, _row: Row, _parent: Row, _widget: Measure) -> Shown:
    return {"options": list(MEASURED.items())}


def _lasts(_drawing: Drawing, row: Row, _parent: Row, widget: Lasts) -> Shown:
    unit = row.get(f"{widget.name}-unit") or "d"
    return {"options": list(LASTS.items()), "n": row.get(f"{widget.name}-n"), "unit": unit, "units": units(unit)}


def _consented(drawing: Drawing, row: Row, _parent: Row, widget: Consented) -> Shown:
    return {
        "channel": row.get(f"{widget.name}-channel"),
        "channels": drawing.list_of("channels", tuple(drawing.form.channels)),
        "purpose": row.get(f"{widget.name}-purpose"),
        "purposes": drawing.list_of("purposes", PURPOSES),
    }


def _length(_drawing: Drawing, row: Row, _parent: Row, widget: Length) -> Shown:
    return {
        "n": row.get(f"{widget.name}-n"),
        "unit": row.get(f"{widget.name}-unit") or "d",
        "units": units(row.get(f"{widget.name}-unit")),
        "may_be_left_out": widget.may_be_left_out,
        "left_out": widget.left_out,
        "lead": widget.word,
        "ever": row.get(f"{widget.name}-unit") == EVER,
    }


def units(chosen: str) -> list[tuple[str, Any]]:
    """Return the units to choose from: seconds and sums only where they are meant already."""
    return [(unit, text) for unit, text in UNITS.items() if unit not in ("s", "sum") or unit == chosen]


def _count(_drawing: Drawing, row: Row, _parent: Row, widget: Count) -> Shown:
    words = {
        "at_least": _("at least"),
        "at_most": _("at most"),
        "exactly": _("exactly"),
        "more_than": _("more than"),
        "less_than": _("fewer than"),
    }
    return {"options": list(words.items()), "n": row.get(f"{widget.name}-n"), "value": row.get(widget.name)}


def _whole(_drawing: Drawing, _row: Row, _parent: Row, _widget: Widget) -> Shown:
    return {}


def _test(drawing: Drawing, row: Row, parent: Row, widget: Test) -> Shown:
    found = found_for(drawing.form, row, parent, widget)
    op = row.get(f"{widget.name}-is") or "eq"
    shape = shape_of(op)
    kind = row.get(f"{widget.name}-type") or TEXT
    parts = {name: row.get(f"{widget.name}-{name}") for name in ("value", "high", "was", "zone", "n", "unit", "for")}
    return {
        "op": op,
        "ops": _operators(op, found),
        "shape": shape,
        "type": kind,
        "types": _types(kind, found) if shape in ("one", "range", "many") else [],
        "suggestions": _suggestions(drawing, row, parent, widget, found) if kind == TEXT else "",
        "items": loaded_list(row.get(f"{widget.name}-items")),
        "items_value": row.get(f"{widget.name}-items"),
        "more_value": row.get(f"{widget.name}-more"),
        "drops": f"{drawing.form.prefix}:drop-item:{row.id}:{widget.name}-items:",
        "adds": f"{drawing.form.prefix}:add-items:{row.id}:{widget.name}-items",
        "units": units(parts["unit"]),
        **parts,
        "unit": parts["unit"] or "d",
    }


def _operators(op: str, found: Found | None) -> list[tuple[str, str]]:
    allowed = fitting(found.types if found else frozenset())
    return [(name, word_of(name)) for name in ((op, *allowed) if op not in allowed else allowed) if name in OPERATORS]


def word_of(op: str) -> str:
    """Return the words of an operator without its value: "is at least", "以…开头"."""
    words = LANGUAGES.get((get_language() or "en")[:2], ENGLISH)
    before, _slot, after = words.operators[op].partition("{value}")
    return before.strip() + ("…" + after.strip() if after.strip() else "")


def _types(kind: str, found: Found | None) -> list[tuple[str, Any]]:
    """Return the types to choose from, nothing where what is stored leaves no doubt."""
    seen = (found.types if found else frozenset()) - {LIST}
    certain = {TEXT if one == MOMENT else one for one in seen} == {kind} and not (found and LIST in found.types)
    return [] if certain else [(name, text) for name, text in TYPES.items() if name in (TEXT, NUMBER, TRUTH)]


def _suggestions(drawing: Drawing, row: Row, parent: Row, widget: Test, found: Found | None) -> str:
    if not found or not found.values:
        return ""
    whose = f"{parent.id}-" if widget.of == "property" else ""
    return drawing.list_of(f"values-{whose}{slug(row.get(widget.about))}", found.values)


def slug(name: str) -> str:
    """Return a name as part of an id."""
    return "".join(mark if mark.isascii() and mark.isalnum() else f"_{ord(mark):x}" for mark in name)


_MORE: Final[dict[type[Widget], Any]] = {
    Name: _name,
    Names: _names,
    MeasuredEvent: _name,
    Measure: _measure,
    Length: _length,
    Lasts: _lasts,
    Consented: _consented,
    Count: _count,
    Whole: _whole,
    Test: _test,
}
