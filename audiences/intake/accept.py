"""Accepts the items of one request: each is stored once, is a duplicate, or is refused with its reason."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec

from audiences.intake import items
from audiences.intake.batches import partition_of
from audiences.intake.commit import commit
from audiences.intake.items import Item
from audiences.intake.limits import MAX_ITEM
from audiences.intake.models import EventKind
from audiences.intake.moments import happened_at, read_instant
from audiences.intake.refusals import ItemRefused, Refused, record_refusals
from audiences.intake.repetitions import count_repetitions
from audiences.intake.store import Row
from config.kit.ids import derived
from config.kit.nudge import nudge
from config.kit.queues import DRAIN_INTAKE


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemError:
    """What was wrong with one item; `index` is its place in the batch."""

    index: int
    field: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The answer to a request; what it counts as accepted is committed."""

    accepted: int
    duplicates: int
    errors: tuple[ItemError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What holds for all items of a request."""

    workspace_id: int
    received_at: datetime
    sent_at: datetime | None = None
    kind: EventKind | None = None
    context: Mapping[str, Any] | None = None


def accept(call: Call, raws: Sequence[bytes]) -> Receipt:
    """Read and store the items of one request, the good ones whatever the others are like."""
    work = _Reading(call=call)
    for index, raw in enumerate(raws):
        work.read(index, raw)
    receipt = _stored(work)
    work.record()
    return receipt


def accept_items(call: Call, read: Iterable[tuple[int, Item]]) -> Receipt:
    """Store items that were read elsewhere (an import), each under its own index; what is refused is the caller's.

    Inside a transaction nothing is committed before it is: an import keeps its place in the file together with rows.
    """
    work = _Reading(call=call)
    for index, item in read:
        work.take(index, item)
    return _stored(work)


def accept_rows(call: Call, read: Iterable[tuple[int, Row | ItemRefused]]) -> Receipt:
    """Store rows that another door made, each under its own index, and keep what was refused."""
    work = _Reading(call=call)
    for index, row in read:
        if isinstance(row, ItemRefused):
            work.refuse(index, row)
        else:
            work.take_row(index, row)
    receipt = _stored(work)
    work.record()
    return receipt


def _stored(work: "_Reading") -> Receipt:
    call = work.call
    known, failed = commit([row for _, row in work.rows.values()], received_at=call.received_at)
    for row, body in known:
        work.settle_known(row, body)
    for row, message in failed:
        work.settle_failed(row, message)
    count_repetitions(call.workspace_id, work.duplicates, at=call.received_at)
    work.errors.sort(key=lambda error: error.index)
    accepted = len(work.rows) - len(known) - len(failed)
    if accepted:
        nudge(DRAIN_INTAKE)
    return Receipt(accepted=accepted, duplicates=work.duplicates, errors=tuple(work.errors))


@dataclass(slots=True, kw_only=True)
class _Reading:
    call: Call
    rows: dict[str, tuple[int, Row]] = field(default_factory=dict)
    duplicates: int = 0
    errors: list[ItemError] = field(default_factory=list)
    message_ids: dict[int, str] = field(default_factory=dict)

    def read(self, index: int, raw: bytes) -> None:
        try:
            item = items.decode(raw)
            self.message_ids[index] = item.message_id or ""
        except ItemRefused as refused:
            self.refuse(index, refused)
            return
        self.take(index, item)

    def take(self, index: int, item: Item) -> None:
        try:
            row = read_row(item, self.call)
        except ItemRefused as refused:
            self.refuse(index, refused)
            return
        self.take_row(index, row)

    def take_row(self, index: int, row: Row) -> None:
        _, first = self.rows.setdefault(row.d, (index, row))
        if first is not row:
            self._settle_repeated(index, same=first.b == row.b)

    def refuse(self, index: int, refused: ItemRefused) -> None:
        self.errors.append(ItemError(index=index, field=refused.field, reason=refused.reason, message=refused.message))

    def settle_known(self, row: Row, body: int) -> None:
        self._settle_repeated(self.rows[row.d][0], same=body == row.b)

    def settle_failed(self, row: Row, message: str) -> None:
        self.refuse(self.rows[row.d][0], ItemRefused("", "unstorable", message))

    def _settle_repeated(self, index: int, *, same: bool) -> None:
        if same:
            self.duplicates += 1
        else:
            message = "another item with this messageId was accepted before; a new event needs a new messageId"
            self.refuse(index, ItemRefused("messageId", "different_body", message))

    def record(self) -> None:
        if not self.errors:
            return
        kept = [
            Refused(
                field=error.field,
                reason=error.reason,
                message=error.message,
                message_id=self.message_ids.get(error.index, ""),
            )
            for error in self.errors
        ]
        record_refusals(self.call.workspace_id, kept, at=self.call.received_at)


def read_row(item: Item, call: Call) -> Row:
    """Turn a readable item into the row that is stored."""
    kind = items.kind_of(item, call.kind)
    items.check_ids(item)
    name = items.name_of(item, kind)
    user, anonymous = item.user_id or None, item.anonymous_id or None
    payload = items.encode(items.payload_of(item, kind))
    if len(payload) > MAX_ITEM:
        raise ItemRefused("", "too_large", f"the item has {len(payload)} bytes; at most {MAX_ITEM} are accepted")
    person, partition = _person(call.workspace_id, user, anonymous)
    said = f"{int(kind)}\x1f{name}\x1f{user}\x1f{anonymous}\x1f{item.timestamp}"
    return Row(
        w=call.workspace_id,
        d=_digest(item.message_id),
        b=_hash(payload, said),
        p=person,
        s=partition,
        k=kind,
        n=name,
        t=_time_of(item, call),
        u=user,
        a=anonymous,
        r=msgspec.Raw(payload),
        c=_context(item, call),
    )


def _digest(message_id: str | None) -> str:
    """The key of an item; one without a message id gets one that is never met again."""
    return blake2b(message_id.encode(), digest_size=16).hexdigest() if message_id else uuid.uuid4().hex


def _hash(payload: bytes, said: str) -> int:
    """What tells a repetition from another event under the same id. `sentAt` and `context` differ between tries."""
    return int.from_bytes(blake2b(payload + said.encode(), digest_size=8).digest(), "big", signed=True)


def _time_of(item: Item, call: Call) -> datetime:
    text, name = item.timestamp, "timestamp"
    if not text:
        text, name = item.original_timestamp, "originalTimestamp"
    if not text:
        return call.received_at
    sent_at = read_instant(item.sent_at, field="sentAt") if item.sent_at else call.sent_at
    return happened_at(read_instant(text, field=name), sent_at=sent_at, received_at=call.received_at, field=name)


def _context(item: Item, call: Call) -> msgspec.Raw | None:
    if not item.context and not call.context:
        return None
    return msgspec.Raw(items.encode({**(call.context or {}), **(item.context or {})}))


@lru_cache(maxsize=100_000)
def _person(workspace_id: int, user: str | None, anonymous: str | None) -> tuple[str, int]:
    """Return the id of the person whom these ids first lead to, and the stream of their events."""
    person = derived(workspace_id, "user", user) if user else derived(workspace_id, "anonymous", anonymous or "")
    return person.hex, partition_of(person)
