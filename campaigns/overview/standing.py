"""Where a person stands now: the journeys that they are in, and how often they were written to."""

import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Q

from campaigns.delivery.lookups import messages_of_person
from campaigns.delivery.models import Delivery
from campaigns.flows.labels import label_of_node, label_of_run
from campaigns.flows.lookups import runs_of_person
from campaigns.flows.models import Run
from campaigns.flows.wording import node_text
from config.kit.channels import channel_text
from config.kit.labels import Label
from config.kit.zones import ZONES

MOST: Final = 20
DAYS: Final = (1, 7, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A run that has not ended: its node in words, and when it goes on, in the person's own zone too."""

    run: Run
    state: Label
    node: Label
    text: str
    theirs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequency:
    """How many messages a channel brought the person within each of `DAYS`."""

    channel: str
    counts: Sequence[int]


def journeys_now(workspace_id: int, person_id: UUID, *, zone: str) -> list[Standing]:
    """Return the runs that a person is in, those entered last first."""
    rows = runs_of_person(workspace_id, person_id).exclude(state=Run.State.ENDED).order_by("-entered_at")
    return [_standing(run, zone) for run in rows[:MOST]]


def frequency(workspace_id: int, person_id: UUID, *, now: datetime) -> list[Frequency]:
    """Return how often each channel's provider accepted a message for the person lately."""
    spans = [Count("pk", filter=Q(settled_at__gt=now - timedelta(days=days))) for days in DAYS]
    sent = messages_of_person(workspace_id, person_id).filter(state=Delivery.State.SENT)
    rows = sent.order_by("channel").values_list("channel").annotate(day=spans[0], week=spans[1], month=spans[2])
    return [Frequency(channel=channel_text(channel), counts=counts) for channel, *counts in rows]


def _standing(run: Run, zone: str) -> Standing:
    node = run.version.definition.get("nodes", {}).get(run.node, {})
    return Standing(
        run=run,
        state=label_of_run(run),
        node=label_of_node(node.get("do", "")),
        text=node_text(node),
        theirs=" ".join(_local(run.due_at, zone)),
    )


def _local(at: datetime | None, zone: str) -> Iterator[str]:
    """Write an instant in the person's zone; nothing where the zone is not known."""
    if at is not None and zone in ZONES:
        yield f"{at.astimezone(zoneinfo.ZoneInfo(zone)):%Y-%m-%d %H:%M}"
        yield zone
