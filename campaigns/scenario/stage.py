"""The stage of one scenario: a workspace of its own, a clock that only it moves, channels that reach nobody."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection

from audiences.computed import filling as computed
from audiences.intake.accept import Call, ItemError, accept
from audiences.intake.models import EventKind
from audiences.mentions.taking import take_mentions
from audiences.segments import next_due, sweep
from campaigns.actions.effects import drain_effects
from campaigns.actions.webhooks.sending import drain_webhooks
from campaigns.actions.webhooks.wire import Nobody as NoReceiver
from campaigns.actions.webhooks.wire import calling_nobody
from campaigns.delivery.channels.base import Outcome, Parcel, Receipt
from campaigns.delivery.channels.null import NullChannel
from campaigns.delivery.channels.registry import channels, in_place
from campaigns.delivery.drain import drain
from campaigns.flows.advancing import advance_due
from campaigns.flows.starting import drain_actions
from campaigns.rules.streams.sweeping import next_look
from campaigns.rules.streams.waits import next_wait
from campaigns.triggers import drain_intake, sweep_rules
from compliance.access.workspaces import create_workspace
from compliance.jobs import run_all
from config.kit import clock
from config.kit.ids import derived

MOST_ROUNDS: Final = 2000
PATIENCE: Final = 10.0
"""Seconds to wait for workers of a live installation, which hold the same advisory locks for moments."""

MOST_VAIN_STOPS: Final = 3
"""How often a wait stops for messages that are only held again."""


REFUSING: Final = "@refused.invalid"
"""Addresses that no channel of a scenario takes, so that failures can be played, too."""


class Nobody(NullChannel):
    """A channel that accepts everything for nobody, but refuses the addresses that scenarios set aside for that."""

    def submit(self, window: Sequence[Parcel]) -> "Future[list[Receipt]]":
        """Answer for each parcel at once."""
        taken = [parcel for parcel in window if not parcel.address.endswith(REFUSING)]
        accepted = iter(super().submit(taken).result())
        refused = Receipt(outcome=Outcome.REFUSED, reason="refused", answer="refused by the scenario")
        answers: Future[list[Receipt]] = Future()
        answers.set_result([refused if p.address.endswith(REFUSING) else next(accepted) for p in window])
        return answers


class Restless(RuntimeError):
    """Something keeps making work without an end, or work cannot be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAccepted:
    """An item that the door refused: whose, and why."""

    user: str
    message_id: str
    error: ItemError


def _not_accepted(item: Mapping[str, Any], error: ItemError) -> NotAccepted:
    user = item.get("userId") or item.get("anonymousId") or ""
    return NotAccepted(user=str(user), message_id=str(item.get("messageId", "")), error=error)


@dataclass(kw_only=True)
class Stage:
    """What happens to a scenario's people happens here, at `now`."""

    workspace_id: int
    now: datetime
    channels: Mapping[str, NullChannel]
    called: NoReceiver
    not_accepted: list[NotAccepted] = field(default_factory=list)

    def person(self, user: str) -> UUID:
        """Return the id that a user id leads to."""
        return derived(self.workspace_id, "user", user)

    def tell(self, items: Sequence[Mapping[str, Any]], *, kind: EventKind) -> None:
        """Let items come in at the door, as a client library sends them, and do the work that follows."""
        call = Call(workspace_id=self.workspace_id, received_at=self.now, kind=kind)
        with clock.at(self.now):
            receipt = accept(call, [msgspec.json.encode(item) for item in items])
        self.not_accepted += [_not_accepted(items[error.index], error) for error in receipt.errors]
        self.settle()

    def mention(self, told: Mapping[str, Any]) -> None:
        """Let a mention of a brand come in at its door, and do the work that follows."""
        with clock.at(self.now):
            receipt = take_mentions(self.workspace_id, [told], received_at=self.now)
        self.not_accepted += [NotAccepted(user="", message_id=str(told.get("id", "")), error=e) for e in receipt.errors]
        self.settle()

    def wait(self, lasts: timedelta) -> None:
        """Move the clock on, stopping at each instant at which something is due."""
        end, vain = self.now + lasts, 0
        while (stop := self._next_stop(with_held=vain < MOST_VAIN_STOPS)) is not None and stop.at <= end:
            self.now = max(stop.at, self.now)
            self.settle()
            vain = vain + 1 if stop.only_held else 0
        self.now = end
        self.settle()

    def settle(self) -> None:
        """Do due work until none is left."""
        until = time.monotonic() + PATIENCE
        with clock.at(self.now):
            for _ in range(MOST_ROUNDS):
                work = self._work()
                if not work:
                    return
                if sum(do() for do in work):
                    continue
                if time.monotonic() > until:
                    raise Restless("the workers of a running installation are in the way; try again")
                time.sleep(0.01)
        raise Restless(f"work does not come to an end at {self.now.isoformat()}: a flow or rule sets itself off")

    def _work(self) -> list[Callable[[], int]]:
        """Return what there is to do now, in the order of the way of the data."""
        kinds: Sequence[Callable[[], int]] = (
            lambda: drain_intake(budget_s=PATIENCE).events,
            lambda: run_all(tick=lambda: self.now),
            lambda: computed.sweep(self.now),
            lambda: len(sweep(self.now)),
            lambda: sweep_rules(self.now),
            lambda: drain_actions(self.now),
            lambda: drain_effects(self.now),
            lambda: drain_webhooks(self.now),
            lambda: advance_due(self.now),
            lambda: drain(self.now).claimed,
        )
        with connection.cursor() as cursor:
            cursor.execute(WAITING, {"now": self.now})
            return [do for do, waits in zip(kinds, cursor.fetchone(), strict=True) if waits]

    def _next_stop(self, *, with_held: bool) -> "_Stop | None":
        with connection.cursor() as cursor:
            cursor.execute(NEXT_DUE)
            run, message, held, action = cursor.fetchone()
        dues = (run, message, action, next_due(), computed.next_due(), next_look(), next_wait())
        certain = min((due for due in dues if due is not None), default=None)
        if with_held and held is not None and (certain is None or held < certain):
            return _Stop(at=held, only_held=True)
        return _Stop(at=certain) if certain is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stop:
    """An instant at which a wait stops; `only_held` where nothing but a held message is due."""

    at: datetime
    only_held: bool = False


@contextmanager
def staged(*, name: str, start: datetime, zone: str) -> Iterator[Stage]:
    """Set the stage: a new workspace, and every channel replaced by one that reaches nobody."""
    replaced = {slug: Nobody(slug) for slug in channels() or ("email",)}
    with in_place(replaced), calling_nobody() as called, clock.at(start):
        workspace = create_workspace("scenario", name=name[:200], now=start, zone=zone)
        yield Stage(workspace_id=workspace.pk, now=start, channels=replaced, called=called)


WAITING: Final = """
select exists (select from audiences_slice),
       exists (select from compliance_job where state = 'queued' and due_at <= %(now)s),
       exists (select from audiences_computeddue where due_at <= %(now)s),
       exists (select from audiences_recheck where due_at <= %(now)s),
       exists (select from campaigns_streamgroup where look_at <= %(now)s)
       or exists (select from campaigns_rulewait where due_at <= %(now)s),
       exists (select from campaigns_action where state = 'pending' and kind = 'start_flow'
               and (due_at is null or due_at <= %(now)s)),
       exists (select from campaigns_action where state = 'pending' and kind <> all('{start_flow,webhook}')
               and (due_at is null or due_at <= %(now)s)),
       exists (select from campaigns_action where state = 'pending' and kind = 'webhook'
               and (due_at is null or due_at <= %(now)s)),
       exists (select from campaigns_run where due_at <= %(now)s),
       exists (select from campaigns_delivery where state in ('pending', 'held') and due_at <= %(now)s)
"""
NEXT_DUE: Final = """
select (select min(due_at) from campaigns_run where due_at is not null),
       (select min(due_at) from campaigns_delivery where state = 'pending'),
       (select min(due_at) from campaigns_delivery where state = 'held'),
       (select min(due_at) from campaigns_action where state = 'pending')
"""
