"""The figures of a workspace from event to message, each of them a query over stored rows."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q

from audiences.figures import audience_figures, waiting_events
from campaigns.actions import Action
from campaigns.delivery.models import Delivery, MailboxMessage
from campaigns.flows.models import EntryDecision, Run
from campaigns.parking import ParkedEvent
from campaigns.rules.models import Rule

SOON: Final = timedelta(minutes=5)
UNDER_WAY: Final = (Delivery.State.PENDING, Delivery.State.CLAIMED, Delivery.State.SENDING)


def summary(workspace_id: int) -> dict[str, Any]:
    """Return what came in, what matched, who runs through which flow, and what became of the messages."""
    mine = Q(workspace_id=workspace_id)
    audiences = audience_figures(workspace_id)
    refused = EntryDecision.objects.filter(mine).values_list("flow__key", "reason").annotate(n=Count("*"))
    runs = Run.objects.filter(mine).values_list("flow__key", "state", "exit_reason").annotate(n=Count("*"))
    return {
        "events": {"stored": sum(audiences.events.values()), "by_name": audiences.events},
        "duplicates": audiences.duplicates,
        "refused": audiences.refused,
        "parked": ParkedEvent.objects.filter(mine).count(),
        "people": audiences.people,
        "segments": audiences.segments,
        "rules": dict(Rule.objects.filter(mine).values_list("key").annotate(n=Count("firings")).order_by("key")),
        "entries_refused": _nested(refused),
        "runs": _nested((flow, exit_reason or state, n) for flow, state, exit_reason, n in runs),
        "messages": _messages(mine),
        "mailbox": MailboxMessage.objects.count(),
    }


def waiting(workspace_id: int, *, now: datetime) -> dict[str, int]:
    """Return how much is to be done now or within five minutes; all nought means that the machine has come to rest."""
    mine = Q(workspace_id=workspace_id)
    return {
        "events": waiting_events(workspace_id),
        "actions": Action.objects.filter(mine, state=Action.State.PENDING).count(),
        "runs": Run.objects.filter(mine, due_at__lte=now + SOON).count(),
        "messages": Delivery.objects.filter(mine, state__in=UNDER_WAY).count(),
    }


def _messages(mine: Q) -> dict[str, Any]:
    """Messages by state; those that were not sent with their reasons."""
    rows = Delivery.objects.filter(mine).values_list("state", "reason").annotate(n=Count("*")).order_by("state")
    found: dict[str, Any] = {}
    for state, reason, n in rows:
        if state in UNDER_WAY or state == Delivery.State.SENT:
            found[state] = found.get(state, 0) + n
        else:
            found.setdefault(state, {})[reason or "unknown"] = n
    return found


def _nested(rows: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for key, what, n in sorted(rows):
        found[key][what] = n
    return dict(found)
