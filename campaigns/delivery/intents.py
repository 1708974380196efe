"""Opening deliveries: what a flow wants to be sent, written in the flow's own transaction, once per send key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from django.db import connection

from config.kit import queues
from config.kit.ids import derived
from config.kit.nudge import nudge

INSERT: Final = """
insert into campaigns_delivery
    (id, workspace_id, run_id, flow_id, node, person_id, channel, purpose, template_version_id, address,
     on_cap, on_quiet, state, reason, gate, due_at, attempt, receipt, created_at)
select id, workspace_id, run_id, flow_id, node, person_id, channel, purpose, template_version_id, '',
       on_cap, on_quiet, 'pending', '', '[]', %(now)s, 0, '{}', %(now)s
from jsonb_to_recordset(%(intents)s::jsonb) as intent(
    id uuid, workspace_id int, run_id uuid, flow_id bigint, node text, person_id uuid, channel text, purpose text,
    template_version_id bigint, on_cap text, on_quiet text)
on conflict (id) do nothing
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A message that a run wants its person to get. `attempt_group` is the number of the visit to the node."""

    workspace_id: int
    flow_id: int
    node: str
    run_id: UUID
    person_id: UUID
    channel: str
    purpose: str
    template_version_id: int
    attempt_group: int = 1
    on_cap: str = "skip"
    on_quiet: str = "postpone"

    @property
    def id(self) -> UUID:
        """The send key: the same intent has the same one for ever."""
        return derived(self.workspace_id, self.flow_id, self.node, self.run_id, self.channel, self.attempt_group)


def open_many(intents: Sequence[Intent], *, now: datetime) -> list[UUID]:
    """Store the intents as pending deliveries in the caller's transaction; one that exists is left as it is.

    Returns the send keys in the order of `intents`.
    """
    if not intents:
        return []
    keys = [intent.id for intent in intents]
    rows = [_row(key, intent) for key, intent in zip(keys, intents, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, {"now": now, "intents": msgspec.json.encode(rows).decode()})
    nudge(queues.DRAIN_DELIVERIES)
    return keys


def _row(key: UUID, intent: Intent) -> dict[str, UUID | int | str]:
    return {
        "id": key,
        "workspace_id": intent.workspace_id,
        "run_id": intent.run_id,
        "flow_id": intent.flow_id,
        "node": intent.node,
        "person_id": intent.person_id,
        "channel": intent.channel,
        "purpose": intent.purpose,
        "template_version_id": intent.template_version_id,
        "on_cap": intent.on_cap,
        "on_quiet": intent.on_quiet,
    }
