"""A condition being edited: made of a definition or of posted fields, turned back into a definition."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from audiences.builder import posting, reading
from audiences.builder.catalogue import Found, Known, known
from audiences.builder.kinds import KINDS
from audiences.builder.moves import Done, take
from audiences.builder.rows import Row
from audiences.builder.values import NUMBER, TEXT, TRUTH, Test, fitting, shape_of, typed
from audiences.builder.widgets import Names, Widget, dumps, loaded_list
from audiences.builder.writing import Fault, Writer
from audiences.conditions import Condition, Place, parse
from audiences.segments.lookups import names_of_segments
from config.kit.errors import InputRefused, Problem


@dataclass(slots=True, kw_only=True)
class ConditionForm:
    """The rows of one condition on a page. `prefix` tells it from other conditions of the same page.

    `asked`: a button of the form was pressed, so nothing is to be saved. `done`: what it did, None if it could not.
    `checked`: problems are shown, because somebody tried to save.
    """

    root: Row
    prefix: str
    place: Place
    path: str
    known: Known
    segments: Mapping[str, str]
    channels: tuple[str, ...] = ()
    asked: bool = False
    done: Done | None = None
    checked: bool = False
    faults: list[Fault] = field(default_factory=list)

    def definition(self) -> Any:
        """Return the condition as it stands, whether it is right or not."""
        return Writer().root(self.root, self.path)

    def condition(self) -> Condition | None:
        """Return the condition if it can be judged."""
        writer = Writer()
        written = writer.root(self.root, self.path)
        try:
            return None if writer.faults else parse(written, place=self.place, path=self.path)
        except InputRefused:
            return None

    def check(self, problems: Iterable[Problem] = ()) -> bool:
        """Find what is wrong, with what a verb refused, and put it at its rows; True if nothing is."""
        writer = Writer()
        written = writer.root(self.root, self.path)
        found = list(problems)
        try:
            parse(written, place=self.place, path=self.path)
        except InputRefused as refusal:
            found = [*refusal.problems, *(one for one in found if one not in refusal.problems)]
        self.checked, self.faults = True, writer.placed(found)
        return not self.faults


def blank(workspace_id: int, *, place: Place = Place.SEGMENT, prefix: str = "c", path: str = "/where") -> ConditionForm:
    """Return a form without conditions."""
    return _form(reading.empty(), workspace_id, place=place, prefix=prefix, path=path)


def of(
    condition: Any, workspace_id: int, *, place: Place = Place.SEGMENT, prefix: str = "c", path: str = "/where"
) -> ConditionForm:
    """Return the form of a condition that is defined."""
    return _form(reading.rows_of(condition, place=place), workspace_id, place=place, prefix=prefix, path=path)


def posted(
    data: posting.Posted, workspace_id: int, *, place: Place = Place.SEGMENT, prefix: str = "c", path: str = "/where"
) -> ConditionForm:
    """Return the form as it was sent, after the step that its button asks for."""
    form = _form(posting.decoded(data, prefix) or reading.empty(), workspace_id, place=place, prefix=prefix, path=path)
    asked = next((text for text in data.getlist("do") if text.startswith(f"{prefix}:")), "")
    form.checked = bool(data.getlist(f"{prefix}-checked"))
    if asked:
        form.asked = True
        _gather(form.root)
        form.done = take(form.root, asked.removeprefix(f"{prefix}:"))
    _refit(form)
    if form.checked:
        form.check()
    return form


def _form(root: Row, workspace_id: int, *, place: Place, prefix: str, path: str) -> ConditionForm:
    return ConditionForm(
        root=root,
        prefix=prefix,
        place=place,
        path=path,
        known=known(workspace_id),
        segments=names_of_segments(workspace_id),
    )


def widgets_of(row: Row) -> tuple[Widget, ...]:
    """Return the widgets of a row; groups and JSON have none."""
    return KINDS[row.kind].widgets if row.kind in KINDS else ()


def found_for(form: ConditionForm, row: Row, parent: Row | None, widget: Test) -> Found | None:
    """Return what is known of the field that a row compares."""
    name = row.get(widget.about) if widget.about else ""
    if widget.only:
        return Found(types=frozenset({widget.only}))
    if widget.of == "trait":
        return form.known.traits.get(name)
    return form.known.properties_of(parent.get("event") if parent else "").get(name)


def _gather(root: Row) -> None:
    """Put what was typed beside a list into it."""
    for row in root.walk():
        for widget in widgets_of(row):
            if isinstance(widget, Names):
                names = widget.write(row.fields, _unsaid)[widget.keys[0]]
                row.fields |= {widget.name: dumps(names), f"{widget.name}-more": ""}
            elif isinstance(widget, Test) and shape_of(row.get(f"{widget.name}-is")) == "many":
                items = widget.write(row.fields, _unsaid)["value"]
                row.fields |= {f"{widget.name}-items": dumps(items), f"{widget.name}-more": ""}


def _unsaid(_field: str, _message: str) -> None:
    """Take no note of what is wrong: the row is being edited."""


def _refit(form: ConditionForm) -> None:
    """Let operators and values follow the fields that were chosen since the page was made."""
    parents = {id(child): row for row in form.root.walk() for rows in row.slots.values() for child in rows}
    for row in form.root.walk():
        for widget in widgets_of(row):
            if isinstance(widget, Test):
                _refit_test(form, row, parents.get(id(row)), widget)


def _refit_test(form: ConditionForm, row: Row, parent: Row | None, widget: Test) -> None:
    name, about = widget.name, row.get(widget.about)
    found = found_for(form, row, parent, widget)
    if about and about != row.get(f"{name}-for") and found:
        allowed = fitting(found.types)
        if row.get(f"{name}-is") not in allowed:
            row.fields[f"{name}-is"] = allowed[0]
        if kinds := [kind for kind in (NUMBER, TRUTH, TEXT) if kind in found.types]:
            row.fields[f"{name}-type"] = kinds[0]
    if about:
        row.fields[f"{name}-for"] = about
    _carry(row, name)


def _carry(row: Row, name: str) -> None:
    """Keep what was typed when an operator for one value gives way to one for many, or the other way round."""
    shape = shape_of(row.get(f"{name}-is"))
    items, value = loaded_list(row.get(f"{name}-items")), row.get(f"{name}-value")
    if shape == "many" and not items and value:
        kept = typed(value, row.get(f"{name}-type") or TEXT, lambda _message: None)
        row.fields |= {f"{name}-items": dumps([kept]), f"{name}-value": ""}
    elif shape in ("one", "plain") and not value and items:
        first = items[0] if isinstance(items[0], str) else dumps(items[0])
        row.fields |= {f"{name}-value": first, f"{name}-items": ""}
