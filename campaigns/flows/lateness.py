"""How late an event may be and still start something: the most generous limit among a workspace's live flows."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from audiences.conditions import durations
from campaigns.flows.models import Flow

DEFAULT: Final = timedelta(hours=1)


def longest_lateness(workspace_id: int) -> timedelta:
    """Return the longest lateness limit of the live flows, at least the default; one query."""
    return max(_limits(workspace_id), default=DEFAULT)


def _limits(workspace_id: int) -> Iterator[timedelta]:
    rows = Flow.objects.filter(workspace_id=workspace_id, state=Flow.State.LIVE, live__definition__has_key="lateness")
    yield DEFAULT
    for written in rows.values_list("live__definition__lateness", flat=True):
        try:
            yield durations.read(written)
        except ValueError:
            continue  # a flow with an unreadable limit cannot have been published; the others count
