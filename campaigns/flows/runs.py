"""Runs on their way: what an event changes for them at once."""

from collections.abc import Sequence
from datetime import datetime

from campaigns.flows.entries import Happened
from campaigns.flows.models import Run


def touch(workspace_id: int, events: Sequence[Happened], *, now: datetime) -> int:
    """End or wake the runs that the events concern, in the caller's transaction; return how many."""
    people = {event.person_id for event in events}
    runs = Run.objects.select_for_update().filter(subject_id__in=people, workspace_id=workspace_id)
    live = runs.exclude(state=Run.State.ENDED).select_related("version").order_by("id")
    ended = [run for run in live if _exit_event(run, events)]
    for run in ended:
        run.state, run.due_at, run.exit_reason, run.ended_at = Run.State.ENDED, None, "exit_event", now
    Run.objects.bulk_update(ended, ["state", "due_at", "exit_reason", "ended_at"])
    return len(ended)


def _exit_event(run: Run, events: Sequence[Happened]) -> bool:
    names = {exit_.get("event") for exit_ in run.version.definition.get("exit", [])}
    return any(e.person_id == run.subject_id and e.name in names and e.event_time > run.entered_at for e in events)
