"""A claimed batch on its way to the wire: gate and render, each person for themselves."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from campaigns.delivery.channels.base import AddressRefused, Channel, Parcel
from campaigns.delivery.claims import Claimed
from campaigns.delivery.composing import compose
from campaigns.delivery.gate import GateVerdict, judge, unread
from campaigns.delivery.outbox import Marked, Settlement, settle
from campaigns.delivery.outcomes import of_gate, of_refusal
from campaigns.delivery.readings import Readings, Unreadable, read
from content.rendering.refusals import Reason, RenderRefused

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A message that passed the gate and is built."""

    mark: Marked
    parcel: Parcel

    @property
    def claimed(self) -> Claimed:
        return self.mark.claimed


def prepare(batch: Sequence[Claimed], channel: Channel, *, now: datetime) -> list[Ready]:
    """Judge and build a batch; what may not be sent is settled here in one transaction, the rest returned."""
    readings = read(batch, channel, now=now)
    ready: list[Ready] = []
    stopped: list[Settlement] = []
    for claimed in batch:
        result = _prepare(claimed, readings, channel, now=now)
        if isinstance(result, Ready):
            ready.append(result)
        else:
            stopped.append(result)
    with transaction.atomic():
        settle(stopped, before=["claimed"], now=now)
    return ready


def _prepare(claimed: Claimed, readings: Readings, channel: Channel, *, now: datetime) -> Ready | Settlement:
    verdict = judge(claimed, readings)
    if not verdict.open:
        return of_gate(claimed, verdict, now=now)
    try:
        parcel = compose(claimed, readings, channel, now=now)
    except (RenderRefused, AddressRefused) as refusal:
        return of_refusal(claimed, verdict, refusal)
    except Unreadable as error:
        return of_gate(claimed, _with_obstacle(verdict, str(error)), now=now)
    except Exception as error:  # one person's odd data must not stop the others of the batch
        log.exception("delivery %s cannot be built", claimed.id)
        return of_refusal(claimed, verdict, RenderRefused(Reason.ERROR, type(error).__name__))
    gate = [v.as_json() for v in verdict.verdicts]
    return Ready(mark=Marked(claimed=claimed, gate=gate, address=parcel.address), parcel=parcel)


def _with_obstacle(verdict: GateVerdict, what: str) -> GateVerdict:
    obstacle = unread("render", what)
    return GateVerdict(verdicts=[*verdict.verdicts, obstacle], obstacle=obstacle)
