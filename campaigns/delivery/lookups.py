"""Reads about messages for those who look: the list, one message, and what the local mailbox received."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, UUIDField, When
from django.db.models.functions import Cast, Substr, Trunc

from campaigns.delivery.models import Delivery, MailboxMessage

PROVIDER_REASONS: Final = (
    "unreachable",
    "timeout",
    "tls_failed",
    "log_in_refused",
    "log_in_needed",
    "unexpected_answer",
    "server_closing",
    "sender_later",
)
"""Why a try failed for reasons that lie with the provider and not with one message."""


def messages(workspace_id: int, *, state: str = "", channel: str = "", reason: str = "") -> QuerySet[Delivery]:
    """Return the workspace's messages, narrowed by what is given; order and bounds are the caller's."""
    asked = {"state": state, "channel": channel, "reason": reason}
    return Delivery.objects.filter(workspace_id=workspace_id, **{name: value for name, value in asked.items() if value})


def messages_of_person(workspace_id: int, person_id: UUID) -> QuerySet[Delivery]:
    """Return a person's messages; order and bounds are the caller's."""
    return Delivery.objects.filter(workspace_id=workspace_id, person_id=person_id)


def messages_of_run(workspace_id: int, run_id: UUID) -> QuerySet[Delivery]:
    """Return a run's messages, oldest first."""
    return Delivery.objects.filter(workspace_id=workspace_id, run_id=run_id).order_by("created_at", "id")


def find_message(workspace_id: int, message_id: UUID) -> Delivery | None:
    """Return one message of the workspace."""
    return Delivery.objects.filter(workspace_id=workspace_id, pk=message_id).first()


def mailbox(workspace_id: int) -> QuerySet[MailboxMessage]:
    """Return what the local mailbox received of this workspace's messages, each with its `delivery_id`.

    The Message-ID begins with the send key; whatever else arrived over SMTP belongs to nobody and is not shown. Whose
    a letter is, is looked up letter by letter: as a join all letters would be compared with all messages for one page.
    """
    key = Case(
        When(message_id__regex=r"^<[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}@", then=Cast(_KEY_TEXT, UUIDField())),
        output_field=UUIDField(null=True),
    )
    owner = Subquery(Delivery.objects.filter(pk=OuterRef("delivery_id")).values("workspace_id"))
    return MailboxMessage.objects.annotate(delivery_id=key, owner=owner).filter(owner=workspace_id)


def received(workspace_id: int, delivery_id: UUID) -> QuerySet[MailboxMessage]:
    """Return the letters in the local mailbox that one message became (more than one would be a duplicate)."""
    return mailbox(workspace_id).filter(message_id__startswith=f"<{delivery_id}@").order_by("pk")


_KEY_TEXT = Substr("message_id", 2, 36)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What became of messages: how many are in each state; why some were stopped or wait, the most frequent first."""

    states: Mapping[str, int]
    reasons: Sequence[tuple[str, int]]


def outcomes(workspace_id: int, *, since: datetime, until: datetime) -> Outcomes:
    """Return what became of the messages that were asked for in [since, until); they are read once for all figures."""
    asked = Delivery.objects.filter(workspace_id=workspace_id, created_at__gte=since, created_at__lt=until)
    states: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for state, reason, n in asked.order_by().values_list("state", "reason").annotate(n=Count("*")):
        states[state] += n
        if state in (Delivery.State.BLOCKED, Delivery.State.HELD):
            reasons[reason] += n
    return Outcomes(states=states, reasons=sorted(reasons.items(), key=lambda one: (-one[1], one[0])))


def counts_over_time(
    workspace_id: int, *, since: datetime, until: datetime, by: str
) -> list[tuple[datetime, str, int]]:
    """Return how many messages of [since, until) are in which state, by the `hour` or `day` they were asked for."""
    asked = Delivery.objects.filter(workspace_id=workspace_id, created_at__gte=since, created_at__lt=until)
    rows = asked.order_by().annotate(slot=Trunc("created_at", by)).values_list("slot", "state")
    return list(rows.annotate(n=Count("pk")).order_by("slot"))


def counts_of_flow(workspace_id: int, flow_id: int, *, since: datetime) -> dict[str, int]:
    """Return how many of the messages that a flow asked for since then are in each state."""
    asked = Delivery.objects.filter(workspace_id=workspace_id, flow_id=flow_id, created_at__gte=since)
    return dict(asked.order_by().values_list("state").annotate(n=Count("pk")))


def in_doubt(workspace_id: int) -> QuerySet[Delivery]:
    """Return the messages of which nobody knows whether they arrived."""
    return Delivery.objects.filter(workspace_id=workspace_id, state=Delivery.State.IN_DOUBT)


def held_up(workspace_id: int) -> dict[str, dict[str, int]]:
    """Return, for each channel that does not get through, how many messages wait by what its provider last did."""
    waiting = Delivery.objects.filter(workspace_id=workspace_id, state=Delivery.State.PENDING)
    rows = waiting.filter(reason__in=PROVIDER_REASONS).order_by().values_list("channel", "reason")
    found: dict[str, dict[str, int]] = {}
    for channel, reason, n in rows.annotate(n=Count("pk")).order_by("-n"):
        found.setdefault(channel, {})[reason] = n
    return found


def due_messages(workspace_id: int, *, now: datetime) -> int:
    """Return how many messages could be sent now and are not yet."""
    waiting = Delivery.objects.filter(workspace_id=workspace_id, state=Delivery.State.PENDING)
    return waiting.filter(due_at__lte=now).count()
