"""What can be done to a row: added, doubled, moved, negated, wrapped, taken out. Each says what it did."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from audiences.builder.kinds import KINDS, Kind
from audiences.builder.posting import is_number
from audiences.builder.reading import empty
from audiences.builder.rows import GROUP, OF, RAW, Ids, Row, Seat, seats
from audiences.builder.widgets import dumps, loaded_list


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a step came to: what to say of it, and the row (and field) that the focus goes to."""

    said: str
    row: int
    field: str = ""


@dataclass(slots=True, kw_only=True)
class Form:
    """The rows while a step is taken."""

    root: Row
    seats: dict[int, Seat]
    ids: Ids


def take(root: Row, asked: str) -> Done | None:
    """Do to `root` what a button asks (`move-up:3`, `add:1:did`); None for what cannot be done."""
    verb, *rest = asked.split(":")
    number = int(rest[0]) if rest and is_number(rest[0]) else 0
    found = seats(root)
    form = Form(root=root, seats=found, ids=Ids(max(row.id for row in root.walk())))
    if verb == "refresh":
        return Done(said="", row=0)
    if verb == "clear":
        root.slots, root.fields, root.nots = {OF: []}, empty().fields, 0
        return Done(said=_("All conditions taken out."), row=root.id)
    seat = found.get(number) or (Seat(root, root, OF, 0) if number == root.id else None)
    step = (AT_ROOT if seat and seat.row is root else STEPS).get(verb)
    return step(form, seat, rest[1:]) if step and seat else None


def made(kind: str, ids: Ids) -> Row:
    """Return an empty row of a kind, with the rows that it cannot be without."""
    row = Row(id=ids.next(), kind=kind)
    if kind == GROUP:
        row.fields["join"] = "any"
        row.slots[OF] = []
        return row
    if kind == RAW:
        return row
    row.fields |= KINDS[kind].start
    for slot in KINDS[kind].slots:
        row.slots[slot.key] = [made(slot.kind, ids)] if slot.single or slot.needed else []
    return row


def _add(form: Form, seat: Seat, rest: list[str]) -> Done | None:
    """Add a row of a kind to the end of the group `seat`, or to a slot of the leaf there (`add:3:where:in`)."""
    kind = rest[0] if rest else ""
    slot = rest[1] if len(rest) > 1 else OF
    if not fits(seat.row, slot, kind):
        return None
    row = made(kind, form.ids)
    inside = seat.row.inside(slot)
    inside.append(row)
    if kind == GROUP:
        row.fields["join"] = "all" if seat.row.get("join") == "any" else "any"
        row.inside().append(made("trait", form.ids))
    return Done(said=_("%(what)s added, number %(n)s.") % {"what": called(row), "n": len(inside)}, row=focus_of(row).id)


def fits(parent: Row, slot: str, kind: str) -> bool:
    """Tell whether a row of `kind` may stand in a slot."""
    if slot == OF:
        return parent.kind == GROUP and (kind in (GROUP, RAW) or (kind in KINDS and not KINDS[kind].inner))
    owner = KINDS.get(parent.kind)
    return owner is not None and any(one.key == slot and one.kind == kind and not one.single for one in owner.slots)


def focus_of(row: Row) -> Row:
    """Return the row whose first field is filled in first."""
    while row.kind == GROUP and row.inside():
        row = row.inside()[0]
    return row


def called(row: Row) -> str:
    """Return what a row is called when it is spoken of."""
    if row.kind == GROUP:
        return _("Group")
    return str(KINDS[row.kind].text) if row.kind in KINDS else _("Condition as JSON")


def _double(form: Form, seat: Seat, _rest: list[str]) -> Done | None:
    if is_single(seat):
        return None
    copy = deepcopy(seat.row)
    for row in copy.walk():
        row.id = form.ids.next()
    seat.rows.insert(seat.place + 1, copy)
    return Done(said=_("Doubled; the copy is number %(n)s.") % {"n": seat.place + 2}, row=copy.id, field=HANDLE)


def _drop(_form: Form, seat: Seat, _rest: list[str]) -> Done | None:
    if is_single(seat):
        return None
    seat.rows.pop(seat.place)
    said = _("%(what)s taken out.") % {"what": called(seat.row)}
    if not seat.rows:
        return Done(said=said, row=seat.parent.id, field=ADD if seat.parent.kind == GROUP else "")
    return Done(said=said, row=seat.rows[min(seat.place, len(seat.rows) - 1)].id, field=HANDLE)


def _up(_form: Form, seat: Seat, _rest: list[str]) -> Done | None:
    return _shift(seat, seat.place - 1)


def _down(_form: Form, seat: Seat, _rest: list[str]) -> Done | None:
    return _shift(seat, seat.place + 1)


def _shift(seat: Seat, to: int) -> Done | None:
    if not 0 <= to < len(seat.rows) or is_single(seat):
        return None
    seat.rows.insert(to, seat.rows.pop(seat.place))
    said = _("Moved to place %(n)s of %(all)s.") % {"n": to + 1, "all": len(seat.rows)}
    return Done(said=said, row=seat.row.id, field=HANDLE)


def _out(form: Form, seat: Seat, _rest: list[str]) -> Done | None:
    """Move a row behind the group that it stands in."""
    outer = form.seats.get(seat.parent.id)
    if seat.slot != OF or outer is None:
        return None
    seat.rows.pop(seat.place)
    outer.rows.insert(outer.place + 1, seat.row)
    if not seat.rows:
        outer.rows.remove(seat.parent)
    return Done(said=_("Moved out of the group."), row=seat.row.id, field=HANDLE)


def _into(_form: Form, seat: Seat, _rest: list[str]) -> Done | None:
    """Move a row to the end of the group before it, or else to the beginning of the one after it."""
    if seat.slot != OF:
        return None
    before, after = seat.rows[: seat.place][-1:], seat.rows[seat.place + 1 : seat.place + 2]
    for group in (*before, *after):
        if group.kind == GROUP:
            seat.rows.pop(seat.place)
            group.inside().insert(len(group.inside()) if group in before else 0, seat.row)
            return Done(said=_("Moved into the group."), row=seat.row.id, field=HANDLE)
    return None


def _place(form: Form, seat: Seat, rest: list[str]) -> Done | None:
    """Move a row before another one (`place:3:before:5`), or to the end of a group (`place:3:in:2`)."""
    how, number = rest[0] if rest else "", int(rest[1]) if len(rest) > 1 and is_number(rest[1]) else 0
    if any(row.id == number for row in seat.row.walk()) or is_single(seat):
        return None
    target = form.seats.get(number)
    group = next((row for row in form.root.walk() if row.id == number and row.kind == GROUP), None)
    if how == "in" and group and seat.slot == OF:
        seat.rows.remove(seat.row)
        group.inside().append(seat.row)
    elif how in ("before", "after") and target and (target.slot == seat.slot == OF or target.rows is seat.rows):
        seat.rows.remove(seat.row)
        target.rows.insert(target.rows.index(target.row) + (how == "after"), seat.row)
    else:
        return None
    now = seats(form.root)[seat.row.id]
    said = _("Moved to place %(n)s of %(all)s.") % {"n": now.place + 1, "all": len(now.rows)}
    return Done(said=said, row=seat.row.id, field=HANDLE)


def _negate(form: Form, seat: Seat, _rest: list[str]) -> Done | None:
    if seat.slot not in ("", OF) and seat.row is not form.root:
        return None
    seat.row.nots = seat.row.nots - 1 if seat.row.nots else 1
    said = _("Negated: it must not hold.") if seat.row.nots else _("No longer negated.")
    return Done(said=said, row=seat.row.id, field=HANDLE if seat.row is not form.root else "not")


def _group(form: Form, seat: Seat, _rest: list[str]) -> Done | None:
    """Put a row into a group of its own, ready for further ones."""
    if seat.slot != OF:
        return None
    group = Row(id=form.ids.next(), kind=GROUP, fields={"join": "all" if seat.parent.get("join") == "any" else "any"})
    group.slots[OF] = [seat.row]
    seat.rows[seat.place] = group
    return Done(said=_("Put into a group of its own."), row=seat.row.id, field=HANDLE)


def _ungroup(_form: Form, seat: Seat, _rest: list[str]) -> Done | None:
    """Let the rows of a group take its place."""
    if seat.row.kind != GROUP or seat.slot != OF or seat.row.nots:
        return None
    inside = seat.row.inside()
    seat.rows[seat.place : seat.place + 1] = inside
    said = _("The group is dissolved.")
    return Done(said=said, row=inside[0].id if inside else seat.parent.id, field=HANDLE if inside else ADD)


def _drop_item(_form: Form, seat: Seat, rest: list[str]) -> Done | None:
    """Take one value out of a list (`drop-item:3:test-items:0`)."""
    if len(rest) != 2 or not is_number(rest[1]):
        return None
    items = loaded_list(seat.row.get(rest[0]))
    if int(rest[1]) >= len(items):
        return None
    gone = items.pop(int(rest[1]))
    seat.row.fields[rest[0]] = dumps(items)
    return Done(said=_("%(value)s taken out.") % {"value": gone}, row=seat.row.id, field=more_of(rest[0]))


def _add_items(_form: Form, seat: Seat, rest: list[str]) -> Done | None:
    """Put what was typed into the list: the page does so anyway whenever it is made anew."""
    return Done(said="", row=seat.row.id, field=more_of(rest[0])) if rest else None


def _set(_form: Form, seat: Seat, rest: list[str]) -> Done | None:
    """Take a suggestion (`set:3:trait:city`)."""
    if len(rest) < 2 or not rest[1]:
        return None
    seat.row.fields[rest[0]] = ":".join(rest[1:])
    return Done(said=_("%(value)s taken.") % {"value": seat.row.fields[rest[0]]}, row=seat.row.id, field=rest[0])


def more_of(items: str) -> str:
    """Return the field in which a list's further values are typed."""
    return f"{items.removesuffix('-items')}-more"


def is_single(seat: Seat) -> bool:
    """Tell whether the row is the only one that its slot holds and needs."""
    owner: Kind | None = KINDS.get(seat.parent.kind)
    return owner is not None and any(slot.key == seat.slot and slot.single for slot in owner.slots)


HANDLE: Final = "handle"
ADD: Final = "add"
STEPS: Final = {
    "add": _add, "double": _double, "drop": _drop, "up": _up, "down": _down, "out": _out, "into": _into,
    "place": _place, "not": _negate, "group": _group, "ungroup": _ungroup, "drop-item": _drop_item,
    "add-items": _add_items, "set": _set,
}  # fmt: skip
AT_ROOT: Final = {"add": _add, "not": _negate}
