"""What was not accepted: said to the sender, and kept so that the mistake can be seen in the console."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from audiences.intake.limits import MAX_RECORDED
from audiences.intake.models import Refusal


class ItemRefused(Exception):
    """One item cannot be accepted: which field is at fault, the reason as a word, and as a sentence."""

    def __init__(self, field: str, reason: str, message: str) -> None:
        self.field = field
        self.reason = reason
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A refused item as it is kept."""

    field: str
    reason: str
    message: str
    message_id: str = ""


def record_refusals(workspace_id: int, refused: Sequence[Refused], *, at: datetime) -> None:
    """Store refusals in one statement; of a flood, its beginning."""
    Refusal.objects.bulk_create(
        Refusal(
            workspace_id=workspace_id,
            at=at,
            message_id=item.message_id[:300],
            field=item.field[:200],
            reason=item.reason,
            message=item.message[:500],
        )
        for item in refused[:MAX_RECORDED]
    )


def refusals(workspace_id: int) -> QuerySet[Refusal]:
    """Return a workspace's refusals, newest first."""
    return Refusal.objects.filter(workspace_id=workspace_id).order_by("-id")
