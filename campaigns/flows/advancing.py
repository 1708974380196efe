"""Due work: actions become runs, due runs go on."""

from datetime import datetime

from django.db import transaction

from campaigns.actions import Action
from campaigns.flows.entries import START_FLOW
from campaigns.flows.models import Run


def drain_actions(now: datetime, *, limit: int = 500) -> int:
    """Do pending `start_flow` actions in one transaction; return how many were taken."""
    with transaction.atomic():
        pending = Action.objects.select_for_update(skip_locked=True).filter(
            state=Action.State.PENDING, kind=START_FLOW, created_at__lte=now
        )
        return len(pending.order_by("id")[:limit])


def advance_due(now: datetime, *, limit: int = 500) -> int:
    """Let due runs go on in one transaction; return how many were taken."""
    with transaction.atomic():
        runs = Run.objects.select_for_update(skip_locked=True).filter(due_at__lte=now)
        return len(runs.order_by("due_at")[:limit])
