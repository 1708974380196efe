"""A condition form as the template draws it: every word, option, fault and focus decided here."""

from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from audiences.builder.form import ConditionForm
from audiences.builder.kinds import KINDS, Slot, offered
from audiences.builder.moves import ADD, HANDLE, called, is_single
from audiences.builder.pieces import Drawing, Shown, pieces
from audiences.builder.posting import place_of
from audiences.builder.rows import GROUP, OF, RAW, Row, Seat, depth, leaves, seats
from audiences.builder.writing import Fault
from audiences.conditions import summary
from audiences.conditions.reader import DEEPEST, MOST_LEAVES

NEARLY: Final = 0.9


def shown(form: ConditionForm) -> Shown:
    """Return all that the template of a condition form needs."""
    faults: dict[int, list[Fault]] = {}
    for fault in form.faults:
        faults.setdefault(fault.row, []).append(fault)
    drawing = Drawing(form=form, seats=seats(form.root), faults=faults, focus=_focus(form))
    condition = form.condition()
    return {
        "prefix": form.prefix,
        "place": form.place.value,
        "root": _group(drawing, form.root),
        "checked": form.checked,
        "faults": len(form.faults),
        "said": form.done.said if form.done else _("That cannot be done here.") if form.asked else "",
        "summary": summary(condition, get_language() or "en") if condition else "",
        "limit": _limits(form.root),
        "lists": drawing.lists,
    }


def _focus(form: ConditionForm) -> tuple[int, str]:
    if form.done:
        return form.done.row, form.done.field
    if form.faults and not form.asked:
        return form.faults[0].row, form.faults[0].field
    return 0, ""


def _limits(root: Row) -> str:
    """Say early that a condition comes near what the language allows."""
    deep, many = depth(root), leaves(root)
    if deep > DEEPEST or many > MOST_LEAVES:
        return _("Too large: at most %(leaves)s conditions, %(levels)s levels deep. Use segments for parts of it.") % {
            "leaves": MOST_LEAVES,
            "levels": DEEPEST,
        }
    if many >= MOST_LEAVES * NEARLY:
        return _("%(n)s of at most %(most)s conditions.") % {"n": many, "most": MOST_LEAVES}
    if deep >= DEEPEST - 2:
        return _("%(n)s of at most %(most)s levels deep.") % {"n": deep, "most": DEEPEST}
    return ""


def _row(drawing: Drawing, row: Row) -> Shown:
    seat = drawing.seats[row.id]
    common = _common(drawing, row, seat)
    if row.kind == GROUP:
        return common | _group(drawing, row)
    if row.kind == RAW:
        return common | _raw(drawing, row)
    kind = KINDS[row.kind]
    told = list(pieces(drawing, row, seat.parent, kind))
    slots = [_slot(drawing, row, slot) for slot in kind.slots]
    return common | {"kind": "leaf", "icon": "" if kind.inner else kind.icon, "pieces": told, "slots": slots}


def _common(drawing: Drawing, row: Row, seat: Seat) -> Shown:
    prefix = drawing.form.prefix
    last = len(seat.rows) - 1
    of_group = seat.slot == OF
    beside = [*seat.rows[max(0, seat.place - 1) : seat.place], *seat.rows[seat.place + 1 : seat.place + 2]]
    return {
        "id": row.id,
        "dom": f"{prefix}-{row.id}",
        "at": place_of(row, seat.parent.id, seat.slot),
        "nots": row.nots,
        "joint": _joint(seat) if seat.place else "",
        "title": _("%(what)s, %(n)s of %(all)s") % {"what": called(row), "n": seat.place + 1, "all": last + 1},
        "faults": drawing.faults.get(row.id, []),
        "focused": drawing.focus == (row.id, HANDLE),
        "single": is_single(seat),
        "can": {
            "up": seat.place > 0,
            "down": seat.place < last,
            "out": of_group and seat.parent is not drawing.form.root,
            "into": of_group and any(one.kind == GROUP for one in beside),
            "not": of_group,
            "group": of_group,
            "ungroup": row.kind == GROUP and not row.nots,
        },
    }


def _joint(seat: Seat) -> str:
    return _("or") if seat.parent.kind == GROUP and seat.parent.get("join") == "any" else _("and")


def _group(drawing: Drawing, row: Row) -> Shown:
    prefix = drawing.form.prefix
    return {
        "id": row.id,
        "dom": f"{prefix}-{row.id}",
        "at": place_of(row, drawing.seats[row.id].parent.id if row.id in drawing.seats else 0, _slot_of(drawing, row)),
        "kind": GROUP,
        "nots": row.nots,
        "is_root": row is drawing.form.root,
        "join_name": drawing.name(row, "join"),
        "join": "any" if row.get("join") == "any" else "all",
        "bare_name": drawing.name(row, "bare") if row.get("bare") else "",
        "rows": [_row(drawing, child) for child in row.inside()],
        "faults": drawing.faults.get(row.id, []),
        "kinds": [kind for kind in offered(drawing.form.place) if not kind.seldom],
        "more_kinds": [kind for kind in offered(drawing.form.place) if kind.seldom],
        "focus_add": drawing.focus == (row.id, ADD) or (drawing.focus == (row.id, "") and not row.inside()),
        "focus_not": drawing.focus == (row.id, "not"),
    }


def _slot_of(drawing: Drawing, row: Row) -> str:
    return drawing.seats[row.id].slot if row.id in drawing.seats else ""


def _raw(drawing: Drawing, row: Row) -> Shown:
    return {
        "kind": RAW,
        "name": drawing.name(row, "json"),
        "value": row.get("json"),
        "invalid": bool(drawing.faults.get(row.id)),
        "autofocus": drawing.focus[0] == row.id and drawing.focus[1] in ("", "json"),
    }


def _slot(drawing: Drawing, row: Row, slot: Slot) -> Shown:
    return {
        "key": slot.key,
        "word": slot.word,
        "add": slot.add,
        "single": slot.single,
        "adds": f"{drawing.form.prefix}:add:{row.id}:{slot.kind}:{slot.key}",
        "rows": [_row(drawing, child) for child in row.inside(slot.key)],
    }
