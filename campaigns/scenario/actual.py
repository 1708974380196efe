"""What is true on the stage, read from stored rows: in the words in which scenarios expect it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db.models import F

from audiences import segments
from audiences.conditions import Needs
from audiences.facts.reader import load
from audiences.intake.stored import events
from campaigns.actions.parked import actions_of_rules
from campaigns.delivery.models import Delivery
from campaigns.flows.models import EntryDecision, Flow, Run
from campaigns.rules.lookups import rule_keys
from campaigns.rules.models import Firing, HeldBack
from campaigns.scenario.stage import Stage
from compliance import audit
from content.library.templates import stored_templates

Record = Mapping[str, Any]
VERDICTS: Final = {"sent": "sent", "failed": "failed", "blocked": "blocked", "held": "held", "in_doubt": "in_doubt"}


def memberships(stage: Stage) -> dict[str, list[str]]:
    """Return the members of each segment, by user id."""
    found = {}
    for segment in segments.live_segments(stage.workspace_id):
        people = list(segments.members_of(segment).values_list("person_id", flat=True))
        found[segment.key] = sorted(_users(stage, people).values())
    return found


def messages(stage: Stage) -> list[Record]:
    """Return the messages that a channel accepted, in the order of their sending."""
    rows = list(_deliveries(stage).filter(state=Delivery.State.SENT).order_by("settled_at", "created_at", "id"))
    users = _users(stage, (row.person_id for row in rows))
    templates = stored_templates({row.template_version_id for row in rows})
    flows = _flow_keys(stage)
    subjects = {m.delivery_id: m.content.subject for channel in stage.channels.values() for m in channel.sent}
    return [
        {
            "user": users[row.person_id],
            "channel": row.channel,
            "template": templates[row.template_version_id].key,
            "at": row.settled_at,
            "purpose": row.purpose,
            "flow": flows.get(row.flow_id or 0, ""),
            "node": row.node,
            "subject": subjects.get(row.pk, ""),
        }
        for row in rows
    ]


def runs(stage: Stage) -> list[Record]:
    """Return the runs in the order of entry."""
    rows = Run.objects.filter(workspace_id=stage.workspace_id).select_related("flow", "version")
    found = list(rows.order_by("entered_at", "id"))
    users = _users(stage, (row.subject_id for row in found))
    return [
        {
            "flow": row.flow.key,
            "user": users[row.subject_id],
            "state": row.state,
            "node": row.node,
            "reason": row.exit_reason,
            "exit_reason": row.exit_reason,
            "version": row.version.number,
            "key": row.entry_key,
            "entered_at": row.entered_at,
            "due": row.due_at,
            "ended_at": row.ended_at,
            "holdout": row.holdout,
            "goal": "goal" in row.context,
        }
        for row in found
    ]


def decisions(stage: Stage) -> list[Record]:
    """Return what was decided: at the gate, at the entry of flows, by rules, and at the door for events."""
    return [*_gate(stage), *_entries(stage), *_firings(stage), *_held_back(stage), *_door(stage)]


def happened(stage: Stage) -> list[Record]:
    """Return the stored events in the order of receipt, with their properties under `properties`."""
    rows = list(events(stage.workspace_id).order_by("id"))
    users = _users(stage, (row.person_id for row in rows))
    return [
        {"user": users[row.person_id], "name": row.name, "at": row.event_time, "properties": row.properties}
        for row in rows
    ]


def acted(stage: Stage) -> list[Record]:
    """Return what rules had done, in the order in which it was asked for."""
    rows = list(actions_of_rules(stage.workspace_id).order_by("id"))
    users, rules = _users(stage, (row.person_id for row in rows)), rule_keys([row.rule_id for row in rows])
    return [
        {
            "user": users[row.person_id],
            "rule": rules[row.rule_id or 0],
            "kind": row.kind,
            "state": row.state,
            "reason": row.reason,
        }
        for row in rows
    ]


def called(stage: Stage) -> list[Record]:
    """Return the calls that would have left for other systems."""
    said = [(url, msgspec.json.decode(body)["data"]) for url, _, body in stage.called.calls]
    return [
        {"url": url, "user": data["person"]["user_id"], "rule": data["rule"], "values": data["values"]}
        for url, data in said
    ]


def traits_of(stage: Stage, users: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """Return the traits of people by user id."""
    ids = {user: stage.person(user) for user in users}
    found = load(stage.workspace_id, ids.values(), Needs(), now=stage.now)
    return {user: found[person_id].traits for user, person_id in ids.items()}


def _gate(stage: Stage) -> Iterable[Record]:
    rows = list(_deliveries(stage).filter(state__in=VERDICTS).order_by("created_at", "id"))
    users, flows = _users(stage, (row.person_id for row in rows)), _flow_keys(stage)
    for row in rows:
        failed = next((check["check"] for check in row.gate if not check["passed"]), "")
        yield {
            "user": users[row.person_id],
            "verdict": VERDICTS[row.state],
            "reason": row.reason,
            "check": failed,
            "channel": row.channel,
            "flow": flows.get(row.flow_id or 0, ""),
            "node": row.node,
        }


def _entries(stage: Stage) -> Iterable[Record]:
    rows = list(EntryDecision.objects.filter(workspace_id=stage.workspace_id).select_related("flow").order_by("id"))
    users = _users(stage, (row.subject_id for row in rows))
    for row in rows:
        yield {"user": users[row.subject_id], "verdict": "refused", "reason": row.reason, "flow": row.flow.key}


def _firings(stage: Stage) -> Iterable[Record]:
    rows = Firing.objects.filter(workspace_id=stage.workspace_id).annotate(rule_key=F("rule__key")).order_by("id")
    found = list(rows.values("person_id", "rule_key", "mode", "fired_at", "facts"))
    users = _users(stage, (row["person_id"] for row in found))
    for row in found:
        told = {"user": users[row["person_id"]], "verdict": "fired", "rule": row["rule_key"], "mode": row["mode"]}
        told |= {name: row["facts"][name] for name in ("group", "measures") if name in row["facts"]}
        yield told | {"at": row["fired_at"]}


def _held_back(stage: Stage) -> Iterable[Record]:
    rows = list(HeldBack.objects.filter(workspace_id=stage.workspace_id).select_related("rule").order_by("event_time"))
    users = _users(stage, (row.person_id for row in rows))
    for row in rows:
        told = {"rule": row.rule.key, "reason": row.reason, "by": row.held_by}
        yield {"user": users[row.person_id], "verdict": "held_back", **told}


def _door(stage: Stage) -> Iterable[Record]:
    for refused in stage.not_accepted:
        yield {"user": refused.user, "verdict": "refused", "reason": refused.error.reason, "id": refused.message_id}


def trail(stage: Stage) -> list[str]:
    """Return the actions on the trail, oldest first."""
    return [entry.action for entry in audit.entries(stage.workspace_id).order_by("id")]


def _deliveries(stage: Stage) -> Any:
    return Delivery.objects.filter(workspace_id=stage.workspace_id)


def _flow_keys(stage: Stage) -> dict[int, str]:
    return dict(Flow.objects.filter(workspace_id=stage.workspace_id).values_list("pk", "key"))


def _users(stage: Stage, person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the user ids of people; somebody who has none yet is named by the person's id."""
    found = load(stage.workspace_id, set(person_ids), Needs(), now=stage.now)
    return {person_id: person.user_id or str(person_id) for person_id, person in found.items()}


def shown(value: Any) -> Any:
    """Return a value as it is printed: instants in RFC 3339, the rest unchanged."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [shown(item) for item in value]
    return value
