"""Resolving a doubtful send: an operator who knows better says what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import transaction

from campaigns.delivery.models import Delivery
from campaigns.delivery.settled import tell
from compliance.audit import record
from config.kit import queues
from config.kit.actors import Actor
from config.kit.errors import Conflict
from config.kit.nudge import nudge
from config.kit.phrases import phrase


class Resolution(StrEnum):
    SENT = "sent"
    """It arrived: the recipient or the provider's log says so."""
    FAILED = "failed"
    """It did not arrive and is not to be sent any more."""
    RESEND = "resend"
    """Send it again, with the same Message-ID; the operator accepts that it may arrive twice."""


STATES: Final = {
    Resolution.SENT: Delivery.State.SENT,
    Resolution.FAILED: Delivery.State.FAILED,
    Resolution.RESEND: Delivery.State.PENDING,
}


def resolve(workspace_id: int, delivery_id: UUID, resolution: Resolution, *, actor: Actor, now: datetime) -> Delivery:
    """Settle a delivery that is in doubt; raises Conflict when it is not, Delivery.DoesNotExist when unknown."""
    with transaction.atomic():
        delivery = Delivery.objects.select_for_update().get(workspace_id=workspace_id, pk=delivery_id)
        if delivery.state != Delivery.State.IN_DOUBT:
            raise Conflict(phrase("This message is not in doubt any more: %(state)s.", state=delivery.state))
        again = resolution is Resolution.RESEND
        delivery.state, delivery.reason = STATES[resolution], f"operator_{resolution}"
        delivery.due_at, delivery.settled_at = (now, None) if again else (None, now)
        delivery.attempt += 1  # a late answer of the sender must not overrule the operator
        delivery.receipt = {**delivery.receipt, "resolved_by": actor.name, "resolved_at": now.isoformat()}
        delivery.save()
        record(
            "delivery.resolved",
            workspace_id=workspace_id,
            object_kind="delivery",
            object_id=delivery.pk,
            person_id=delivery.person_id,
            payload={"resolution": resolution.value},
            actor=actor,
            at=now,
        )
        if not again:
            tell([delivery.pk], now=now)
    if again:
        nudge(queues.DRAIN_DELIVERIES)
    return delivery
