"""Builds what the door for events takes from the cells of a row, by a plan that is worked out once for the file."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from audiences.imports.limits import SHOWN_VALUE
from audiences.imports.mapping import CALLS, EVENTS, LEADS, Plan
from audiences.imports.records import Fault
from audiences.imports.values import Convert, Unfit, consent, converter, instant, text
from audiences.intake import items
from audiences.intake.batches import IMPORTED
from audiences.intake.items import Item
from audiences.intake.models import EventKind
from audiences.intake.refusals import ItemRefused

FIELDS: Final = {"user_id": "userId", "anonymous_id": "anonymousId", "message_id": "messageId", "event": "event"}
MEANINGS: Final = {wire: meaning for meaning, wire in FIELDS.items()} | {"timestamp": "time"}


class Decision(NamedTuple):
    """A consent that a row tells of."""

    channel: str
    purpose: str
    state: str


class Built(NamedTuple):
    item: Item
    decisions: tuple[Decision, ...] = ()


class Refusal(Exception):
    """A row cannot be taken; carries every fault that was found in it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(fault.reason for fault in faults))


Build = Callable[[Sequence[Any], str], Built]


def builder(plan: Plan, columns: Sequence[str], *, source: str) -> Build:
    """Return the function that builds a row's item; its second argument is the row's own message id."""
    context = {IMPORTED: source}
    if plan.what == CALLS:
        return _calls(context)
    place = {name: number for number, name in enumerate(columns)}
    steps = [
        (place[column.column], column.column, column.to, column.name, _converter(plan, column.to, column.type))
        for column in plan.columns
        if column.to != "skip" and column.column in place
    ]
    return _rows(plan, steps, context)


Step = tuple[int, str, str, str, Convert]


def _converter(plan: Plan, to: str, kind: str) -> Convert:
    if to == "time":
        return instant(plan.zone)
    if to == "consent":
        return consent
    return converter(kind, zone=plan.zone, separator=plan.separator) if to == "field" else text


def _rows(plan: Plan, steps: Sequence[Step], context: dict[str, str]) -> Build:
    make = _event(plan, context) if plan.what == EVENTS else _person(context)

    def build(cells: Sequence[Any], message_id: str) -> Built:
        known: dict[str, Any] = {"message_id": message_id}
        data: dict[str, Any] = {}
        decisions: list[Decision] = []
        faults: list[Fault] = []
        for place, column, to, name, convert in steps:
            value = cells[place]
            if value is None or value == "":
                continue
            try:
                value = convert(value)
            except Unfit as unfit:
                faults.append(Fault(column, unfit.reason, shown(cells[place]), unfit.expected))
                continue
            if to == "field":
                data[name] = value
            elif to == "consent":
                channel, _slash, purpose = name.partition("/")
                decisions.append(Decision(channel, purpose, value))
            else:
                known[to] = value
        if faults:
            raise Refusal(faults)
        return Built(make(known, data), tuple(decisions))

    return build


Make = Callable[[dict[str, Any], dict[str, Any]], Item]


def _event(plan: Plan, context: dict[str, str]) -> Make:
    kind, time_column = items.NAMES[EventKind.TRACK], plan.column_of("time")

    def make(known: dict[str, Any], data: dict[str, Any]) -> Item:
        at = known.get("time")
        if at is None:
            raise Refusal([Fault(time_column, "no_time", "", "the time at which it happened")])
        leads = [{"type": lead, "id": known[lead]} for lead in LEADS if lead in known]
        return Item(
            type=kind,
            message_id=known["message_id"],
            user_id=known.get("user_id"),
            anonymous_id=known.get("anonymous_id"),
            event=known.get("event") or plan.event,
            timestamp=at,
            properties=data,
            context={**context, "externalIds": leads} if leads else context,
        )

    return make


def _person(context: dict[str, str]) -> Make:
    kind = items.NAMES[EventKind.IDENTIFY]

    def make(known: dict[str, Any], data: dict[str, Any]) -> Item:
        data |= {lead: known[lead] for lead in LEADS if lead in known}
        return Item(
            type=kind,
            message_id=known["message_id"],
            user_id=known.get("user_id"),
            anonymous_id=known.get("anonymous_id"),
            timestamp=known.get("time"),
            traits=data,
            context=context,
        )

    return make


def _calls(context: dict[str, str]) -> Build:
    """Lines that are calls already, as the door for events takes them."""

    def build(cells: Sequence[Any], message_id: str) -> Built:
        try:
            item = items.decode(str(cells[0]).encode())
        except ItemRefused as refused:
            raise Refusal([Fault(refused.field, refused.reason, "", refused.message)]) from None
        item.message_id = item.message_id or message_id
        item.context = {**(item.context or {}), **context}
        return Built(item)

    return build


def fault_of(
    plan: Plan, *, field: str, reason: str, message: str, cells: Sequence[Any], columns: Sequence[str]
) -> Fault:
    """Say a refusal of the door in terms of the file: which column holds the field."""
    column = plan.column_of(MEANINGS.get(field, "")) if plan.what != CALLS else field
    value = cells[columns.index(column)] if column in columns and len(cells) == len(columns) else ""
    return Fault(column, reason, shown(value), message)


def shown(value: Any) -> str:
    """Return the beginning of a value, for a report."""
    said = str(value)
    return said if len(said) <= SHOWN_VALUE else f"{said[:SHOWN_VALUE]}…"
