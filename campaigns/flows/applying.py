"""Makes decisions true: runs, steps, messages and trail in the caller's transaction, one statement for each kind."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from campaigns.delivery.intents import Intent, open_many
from campaigns.flows.deciding import broken, intent_of
from campaigns.flows.rows import Moved, RunRow, insert_runs, update_runs, write_steps
from compliance.audit import Entry, record_many
from content.library.templates import live_versions


def apply_new(moved: Sequence[Moved], *, now: datetime) -> None:
    """Store new runs and what they did at once."""
    ready, intents = _with_messages(moved, now=now)
    insert_runs(ready, now=now)
    write_steps(ready)
    open_many(intents, now=now)
    record_many([*(_started(m.run) for m in ready), *_ended(ready)], at=now)


def apply(moved: Sequence[Moved], *, now: datetime) -> None:
    """Store what locked runs did; those that stay as they are cost nothing."""
    ready, intents = _with_messages([m for m in moved if _changes(m)], now=now)
    update_runs(ready, now=now)
    write_steps(ready)
    open_many(intents, now=now)
    record_many(list(_ended(ready)), at=now)


def _changes(moved: Moved) -> bool:
    run, decision = moved.run, moved.decision
    stays = decision.standing == run.standing and decision.due_at == run.due_at and decision.reason is None
    return not stays or bool(decision.messages) or decision.goal is not None


def _with_messages(moved: Sequence[Moved], *, now: datetime) -> tuple[list[Moved], list[Intent]]:
    """Find the template of each message; a run whose template is gone ends in error."""
    versions = _template_versions(moved)
    ready: list[Moved] = []
    intents: list[Intent] = []
    for m in moved:
        try:
            own = [
                intent_of(
                    m.run, a.node, visit=a.visit, template_version_id=versions[m.run.workspace_id][a.node.template]
                )
                for a in m.decision.messages
            ]
        except KeyError as missing:
            error = LookupError(f"template {missing} does not exist")
            ready.append(replace(m, decision=broken(m.run, error, now=now)))
        else:
            ready.append(m)
            intents += own
    return ready, intents


def _template_versions(moved: Iterable[Moved]) -> Mapping[int, Mapping[str, int]]:
    wanted: defaultdict[int, set[str]] = defaultdict(set)
    for m in moved:
        for asked in m.decision.messages:
            wanted[m.run.workspace_id].add(asked.node.template)
    return {
        workspace_id: {key: live.version_id for key, live in live_versions(workspace_id, keys).items()}
        for workspace_id, keys in wanted.items()
    }


def _started(run: RunRow) -> Entry:
    payload = {"flow": run.flow_id, "version": run.version_id, "event": run.entry.get("id"), "by": run.entry.get("by")}
    return _entry("flow.started", run, payload)


def _ended(moved: Iterable[Moved]) -> Iterable[Entry]:
    for m in moved:
        if m.decision.goal is not None:
            yield _entry("flow.goal_reached", m.run, {"flow": m.run.flow_id, "event": m.decision.goal.id})
        if m.decision.reason is not None:
            payload = {"flow": m.run.flow_id, "node": m.decision.standing.node, "reason": m.decision.reason.value}
            yield _entry("flow.ended", m.run, payload)


def _entry(action: str, run: RunRow, payload: dict[str, Any]) -> Entry:
    return Entry(
        action=action,
        workspace_id=run.workspace_id,
        object_kind="run",
        object_id=run.id,
        person_id=run.subject_id,
        payload=payload,
    )
