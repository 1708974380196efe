"""Does what becomes an event of the person: each goes in by the same door as others, and is judged like them."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection, transaction

from audiences.intake import Internal, emit
from audiences.intake.limits import MAX_ITEM
from audiences.reserved import LABEL_ADDED, TRAIT_SET
from campaigns.actions.outbox import Failed, fail, finish, refuse_stopped
from config.kit import queues
from config.kit.nudge import nudge
from config.kit.salvage import one_by_one_at_worst

log = logging.getLogger(__name__)
BATCH: Final = 500
LOCK: Final = 0x51_66_00_00
_Given = Mapping[str, Any]


class TooLarge(Exception):
    """The event would be larger than the door lets in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A pending action that becomes an event."""

    id: int
    workspace_id: int
    kind: str
    dedupe: UUID
    person_id: UUID
    attempts: int
    payload: _Given

    def __str__(self) -> str:
        return f"action {self.id} ({self.kind})"

    def as_event(self) -> Internal:
        """Return the event; raises `TooLarge`."""
        cause = self.payload["cause"]
        name, properties = EVENTS[self.kind](self.payload)
        if len(msgspec.json.encode(properties)) > MAX_ITEM:
            raise TooLarge(f"the event {name} has more than {MAX_ITEM} bytes")
        return Internal(
            person_id=self.person_id,
            name=name,
            at=datetime.fromisoformat(cause["at"]),
            dedupe=self.dedupe,
            properties=properties,
            hops=cause["hops"],
            late=timedelta(seconds=cause["late_s"]),
            personal=cause.get("personal", True),
        )


EVENTS: Final[Mapping[str, Callable[[_Given], tuple[str, _Given]]]] = {
    "emit": lambda given: (given["name"], given["properties"]),
    "set_trait": lambda given: (
        TRAIT_SET,
        {"trait": given["trait"], "value": given["value"], "rule": given["cause"]["rule"]},
    ),
    "add_label": lambda given: (LABEL_ADDED, {"label": given["label"], "rule": given["cause"]["rule"]}),
}
"""By kind of action: the name and the properties of its event."""


def drain_effects(now: datetime, *, limit: int = BATCH) -> int:
    """Do the oldest pending effects in one transaction; return how many were taken up."""
    with transaction.atomic(), connection.cursor() as cursor:
        # one worker at a time, so that what follows for one person goes in in the order in which it was asked for
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        refuse_stopped(now=now)
        effects = _claim(now, limit)
        one_by_one_at_worst(
            _that_fit(effects, now=now),
            lambda part: _do(part, now=now),
            spoilt=lambda effect, fault: _spoil(effect, fault, now=now),
        )
    return len(effects)


def _that_fit(effects: Sequence[Effect], *, now: datetime) -> list[Effect]:
    """Park those of which no event can be made, and return the others: no attempt would change that."""
    fit = []
    for effect in effects:
        try:
            effect.as_event()
        except (TooLarge, KeyError, TypeError, ValueError) as fault:
            log.warning("%s cannot become an event: %s", effect, fault)
            _spoil(effect, fault, now=now, for_good=True)
        else:
            fit.append(effect)
    return fit


def _do(effects: Sequence[Effect], *, now: datetime) -> None:
    for workspace_id in {effect.workspace_id for effect in effects}:
        emit(workspace_id, [effect.as_event() for effect in effects if effect.workspace_id == workspace_id])
    finish([effect.id for effect in effects], now=now)
    nudge(queues.DRAIN_INTAKE)


def _spoil(effect: Effect, fault: Exception, *, now: datetime, for_good: bool = False) -> None:
    failed = Failed(
        id=effect.id,
        workspace_id=effect.workspace_id,
        kind=effect.kind,
        person_id=effect.person_id,
        attempts=effect.attempts,
        reason="too_large" if isinstance(fault, TooLarge) else type(fault).__name__,
        detail=str(fault),
        for_good=for_good,
    )
    fail([failed], now=now)


def _claim(now: datetime, limit: int) -> list[Effect]:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [list(EVENTS), now, limit])
        return [
            Effect(
                id=ident,
                workspace_id=workspace_id,
                kind=kind,
                dedupe=dedupe,
                person_id=person_id,
                attempts=attempts,
                payload=msgspec.json.decode(payload),
            )
            for ident, workspace_id, kind, dedupe, person_id, attempts, payload in cursor.fetchall()
        ]


CLAIM: Final = """
select id, workspace_id, kind, dedupe, person_id, attempts, payload::text from campaigns_action
where state = 'pending' and kind = any(%s) and (due_at is null or due_at <= %s)
order by id limit %s for update skip locked
"""
