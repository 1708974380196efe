"""Keeps what was not accepted, so that a sender's mistake can be seen in the console."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from audiences.intake.models import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One item that was not accepted: which field is at fault, the reason as a word, and as a sentence."""

    field: str
    reason: str
    message: str
    message_id: str = ""


def record_refusals(workspace_id: int, refused: Sequence[Refused], *, at: datetime) -> None:
    """Store refusals in one statement."""
    Refusal.objects.bulk_create(
        Refusal(
            workspace_id=workspace_id,
            at=at,
            message_id=item.message_id[:300],
            field=item.field[:200],
            reason=item.reason,
            message=item.message[:500],
        )
        for item in refused
    )


def refusals(workspace_id: int) -> QuerySet[Refusal]:
    """Return a workspace's refusals, newest first."""
    return Refusal.objects.filter(workspace_id=workspace_id).order_by("-id")
