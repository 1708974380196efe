"""How much of each cap somebody has used, and when the next message fits: for their page."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from campaigns.delivery.frequency.definitions import caps
from campaigns.delivery.frequency.form import read_cap
from campaigns.delivery.frequency.reading import SLACK, reached_lately
from campaigns.delivery.frequency.windows import Use, use_of
from campaigns.delivery.frequency.zones import zone_of_recipient
from compliance.access.workspaces import zone_of


def meter(workspace_id: int, person_id: UUID, traits: Mapping[str, Any], *, now: datetime) -> Sequence[Use]:
    """Return the use of every cap that holds for a person: their own replace the workspace's of the same scope (C6)."""
    own = [read_cap(row.definition) for row in caps(workspace_id, person_id=person_id)]
    scopes = {cap.scope for cap in own}
    shared = [read_cap(row.definition) for row in caps(workspace_id)]
    hold = [*own, *(cap for cap in shared if cap.scope not in scopes)]
    if not hold:
        return []
    zone = zone_of_recipient(traits, workspace=zone_of(workspace_id)).zone
    longest = max(cap.per for cap in hold)
    reached = reached_lately([person_id], since=now - longest - SLACK, now=now).get(person_id, ())
    return [use_of(cap, reached, now=now, zone=zone) for cap in hold]
