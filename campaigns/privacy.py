"""What campaigns keep of a person: read for a copy, erased on request. Compliance asks, ids only."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from audiences.privacy import ids_of
from compliance.privacy.sources import register, rows_of, run_all

SECTIONS: Final = {
    "journeys": """
        select f.key as journey, r.entered_at, r.entry, r.node, r.state, r.exit_reason, r.ended_at
        from campaigns_run r join campaigns_flow f on f.id = r.flow_id where r.subject_id = any(%(people)s)""",
    "messages": """
        select channel, purpose, address, state, reason, created_at, settled_at from campaigns_delivery
        where person_id = any(%(people)s) order by created_at""",
    "matches": """
        select u.key as rule, f.fired_at, f.facts from campaigns_firing f join campaigns_rule u on u.id = f.rule_id
        where f.person_id = any(%(people)s) order by f.fired_at""",
    "actions": """
        select a.kind, a.state, a.created_at, a.done_at, a.payload - 'cause' - 'event' as given from campaigns_action a
        where a.person_id = any(%(people)s) and a.rule_id is not null order by a.id""",
}
ERASED: Final = (
    # the local mailbox keys its letters by the send key, which begins the Message-ID
    """delete from campaigns_mailboxmessage m using campaigns_delivery d
       where d.person_id = any(%(people)s) and m.message_id like '<' || d.id || '@%%'""",
    "delete from campaigns_delivery where person_id = any(%(people)s)",
    "delete from campaigns_step s using campaigns_run r where r.id = s.run_id and r.subject_id = any(%(people)s)",
    "delete from campaigns_run where subject_id = any(%(people)s)",
    "delete from campaigns_entrydecision where subject_id = any(%(people)s)",
    "delete from campaigns_action where person_id = any(%(people)s)",
    "delete from campaigns_heldback where person_id = any(%(people)s)",
    "delete from campaigns_firing where person_id = any(%(people)s)",
    "delete from campaigns_rulewait where person_id = any(%(people)s)",
    "delete from campaigns_parkedevent where person_id = any(%(people)s)",
)


def read(workspace_id: int, person_id: UUID) -> Iterator[tuple[str, Any]]:
    """Yield what is kept, section by section."""
    return rows_of(SECTIONS, {"people": ids_of(person_id), "workspace_id": workspace_id})


def erase(workspace_id: int, person_id: UUID) -> int:
    """Erase everything: runs end without a trace, messages that wait are never sent."""
    return run_all(ERASED, {"people": ids_of(person_id), "workspace_id": workspace_id})


register("campaigns", read=read, erase=erase)
