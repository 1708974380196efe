"""Makes rows of a condition: what the fields of a row cannot say exactly stays a row of JSON, and nothing is lost."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from audiences.builder.kinds import KINDS, Kind, Slot, kind_of
from audiences.builder.rows import GROUP, OF, RAW, Ids, Row
from audiences.builder.widgets import dumps
from audiences.builder.writing import Writer
from audiences.conditions import Place, parse
from config.kit.errors import InputRefused
from config.kit.versions import canonical


def rows_of(condition: Any, *, place: Place) -> Row:
    """Return the root row of a condition; it is always a group, marked `bare` where the condition has none."""
    with suppress(InputRefused):  # something that was valid once is shown as it is, with its problems
        condition = parse(condition, place=place).as_json()
    ids = Ids()
    if isinstance(condition, dict) and len(condition) == 1 and any(isinstance(condition.get(j), list) for j in JOINS):
        return _row(condition, ids)
    root = Row(id=ids.next(), kind=GROUP, fields={"join": "all", "bare": "1"})
    root.inside().append(_row(condition, ids))
    return root


def empty() -> Row:
    """Return the root of a form that nobody has filled in yet."""
    return Row(id=1, kind=GROUP, fields={"join": "all", "bare": "1"}, slots={OF: []})


JOINS = ("all", "any")


def _row(condition: Any, ids: Ids) -> Row:
    nots = 0
    while isinstance(condition, dict) and list(condition) == ["not"]:
        condition, nots = condition["not"], nots + 1
    if isinstance(condition, dict) and len(condition) == 1:
        for join in JOINS:
            if isinstance(written := condition.get(join), list):
                group = Row(id=ids.next(), kind=GROUP, fields={"join": join}, nots=nots)
                group.slots[OF] = [_row(part, ids) for part in written]
                return group
    return _leaf(condition, ids, nots)


def _leaf(leaf: Any, ids: Ids, nots: int) -> Row:
    kind = kind_of(leaf) if isinstance(leaf, dict) else None
    row = told(leaf, kind, ids) if kind else None
    if row is not None and says(row, leaf):
        row.nots = nots
        return row
    return Row(id=row.id if row else ids.next(), kind=RAW, fields={"json": dumps(leaf)}, nots=nots)


def told(leaf: Mapping[str, Any], kind: Kind, ids: Ids) -> Row | None:
    """Return the row whose fields say `leaf`, None where they cannot."""
    covered = {key for widget in kind.widgets for key in widget.keys} | {slot.key for slot in kind.slots}
    if not covered.issuperset(leaf):
        return None
    row = Row(id=ids.next(), kind=kind.name)
    for widget in kind.widgets:
        found = widget.read(leaf)
        if found is None:
            return None
        row.fields |= found
    return row if all(_fill(row, slot, leaf, ids) for slot in kind.slots) else None


def _fill(row: Row, slot: Slot, leaf: Mapping[str, Any], ids: Ids) -> bool:
    written = leaf.get(slot.key, [])
    items = [written] if slot.single else written
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return False
    found = [told(item, KINDS[slot.kind], ids) for item in items]
    row.slots[slot.key] = [one for one in found if one is not None]
    return None not in found


def says(row: Row, leaf: Any) -> bool:
    """Tell whether a browser that shows the fields of `row` untouched sends back exactly `leaf`."""
    writer = Writer()
    if canonical(writer.write(row, "")) != canonical(leaf) or writer.faults:
        return False
    return not any(mark in text for one in row.walk() for text in one.fields.values() for mark in "\r\n")
