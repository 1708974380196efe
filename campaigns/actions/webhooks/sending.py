"""Calls endpoints for rules that fired: claimed for a while, called without a transaction, settled by the answer.

A call that may have arrived is made again under the same `webhook-id`: receivers drop repetitions by it. An endpoint
that fails is left alone for a while; what waits for it waits with it, and the calls of others go on.
"""

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection, transaction

from campaigns.actions.outbox import Action, Failed, fail, finish, refuse_stopped
from campaigns.actions.webhooks import wire
from campaigns.actions.webhooks.endpoints import CONTENT
from campaigns.actions.webhooks.models import Endpoint
from campaigns.actions.webhooks.signing import signed_headers
from config.kit.http import Forbidden, Unanswered

log = logging.getLogger(__name__)
BACK_OFF: Final = tuple(timedelta(seconds=s) for s in (5, 60, 300, 1800, 7200, 21600))
LEASE: Final = timedelta(seconds=60)
"""After which a call whose worker died is made again."""
AT_ONCE: Final = 8
EACH: Final = 5
"""Calls of one endpoint in one turn."""
LONGEST_QUIET: Final = timedelta(minutes=5)
GONE: Final = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A claimed call."""

    id: int
    workspace_id: int
    dedupe: UUID
    person_id: UUID
    event_id: UUID
    attempts: int
    payload: Mapping[str, Any]

    @property
    def endpoint(self) -> tuple[int, str]:
        return self.workspace_id, str(self.payload["endpoint"])

    def body(self) -> bytes:
        """Return what is said, in the envelope of Standard Webhooks."""
        cause = self.payload["cause"]
        data = {
            "rule": cause["rule"],
            "version": cause["version"],
            "event": {"id": self.event_id, "name": cause["event"], "time": cause["at"]},
            "person": {"id": self.person_id, "user_id": cause["user"]},
            "values": self.payload["data"],
        }
        return msgspec.json.encode({"type": "rule.fired", "timestamp": cause["at"], "data": data})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a call: `answer` is a status, or a word for the fault."""

    call: Call
    endpoint: Endpoint
    answer: str
    detail: str = ""
    for_good: bool = False

    @property
    def is_accepted(self) -> bool:
        return self.answer.isdigit() and self.answer.startswith("2")


def drain_webhooks(now: datetime, *, limit: int = 5 * AT_ONCE) -> int:
    """Make the oldest calls that are due, few of each endpoint; return how many were made."""
    calls = _claim(now, limit)
    known = _endpoints(calls)
    ready = [call for call in calls if call.endpoint in known]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        # a copy for each thread: a scenario's calls reach nobody there, too
        called = [pool.submit(copy_context().run, _call, call, known[call.endpoint], now=now) for call in ready]
        outcomes = [each.result() for each in called]
    with transaction.atomic():
        _refuse([call for call in calls if call.endpoint not in known], now=now)
        _settle(outcomes, now=now)
    return len(calls)


def _call(call: Call, endpoint: Endpoint, *, now: datetime) -> Outcome:
    body = call.body()
    keys = endpoint.valid_secrets(now)
    headers = {**CONTENT, **signed_headers(keys, message_id=f"msg_{call.dedupe.hex}", at=now, body=body)}
    try:
        status = wire.call(endpoint.url, body=body, headers=headers)
    except Forbidden as fault:
        return Outcome(call=call, endpoint=endpoint, answer=fault.reason, detail=str(fault), for_good=True)
    except Unanswered as fault:
        return Outcome(call=call, endpoint=endpoint, answer=fault.reason, detail=str(fault))
    detail = f"{endpoint.key} answered {status}"
    return Outcome(call=call, endpoint=endpoint, answer=str(status), detail=detail, for_good=status == GONE)


def _settle(outcomes: Sequence[Outcome], *, now: datetime) -> None:
    finish([each.call.id for each in outcomes if each.is_accepted], now=now)
    fail([_failed(each) for each in outcomes if not each.is_accepted], now=now, back_off=BACK_OFF)
    for latest in {each.endpoint.pk: each for each in outcomes}.values():
        _note(latest, now=now)


def _failed(outcome: Outcome) -> Failed:
    call = outcome.call
    is_status = outcome.answer.isdigit()
    return Failed(
        id=call.id,
        workspace_id=call.workspace_id,
        kind="webhook",
        person_id=call.person_id,
        attempts=call.attempts,
        reason=f"answered_{outcome.answer}" if is_status else outcome.answer,
        detail=outcome.detail,
        for_good=outcome.for_good,
    )


def _note(outcome: Outcome, *, now: datetime) -> None:
    """Keep how the endpoint answered, and how long it is left alone."""
    endpoint = outcome.endpoint
    failures = 0 if outcome.is_accepted else endpoint.failures + 1
    quiet = min(LONGEST_QUIET, timedelta(seconds=2 ** min(failures, 10))) if failures else None
    Endpoint.objects.filter(pk=endpoint.pk).update(
        failures=failures,
        quiet_until=None if quiet is None else now + quiet,
        last_called_at=now,
        last_answer=outcome.answer[:60],
    )
    if failures:
        log.warning("endpoint %s of workspace %s: %s", endpoint.key, endpoint.workspace_id, outcome.answer)


def _refuse(calls: Sequence[Call], *, now: datetime) -> None:
    waiting = Action.objects.filter(pk__in=[call.id for call in calls])
    waiting.update(state=Action.State.REFUSED, reason="endpoint_off", done_at=now)


def _endpoints(calls: Sequence[Call]) -> dict[tuple[int, str], Endpoint]:
    workspaces, keys = {call.workspace_id for call in calls}, {call.endpoint[1] for call in calls}
    rows = Endpoint.objects.filter(workspace_id__in=workspaces, key__in=keys, enabled=True)
    return {(row.workspace_id, row.key): row for row in rows}


@transaction.atomic
def _claim(now: datetime, limit: int) -> list[Call]:
    refuse_stopped(now=now)
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"now": now, "until": now + LEASE, "each": EACH, "limit": limit})
        rows = sorted(cursor.fetchall())
    return [
        Call(
            id=ident,
            workspace_id=workspace_id,
            dedupe=dedupe,
            person_id=person_id,
            event_id=event_id,
            attempts=attempts,
            payload=msgspec.json.decode(payload),
        )
        for ident, workspace_id, dedupe, person_id, event_id, attempts, payload in rows
    ]


CLAIM: Final = """
with due as (
    select a.id, row_number() over (partition by a.workspace_id, a.payload->>'endpoint' order by a.id) as place
    from campaigns_action a
    where a.state = 'pending' and a.kind = 'webhook' and (a.due_at is null or a.due_at <= %(now)s)
    and not exists (
        select from campaigns_endpoint e
        where e.workspace_id = a.workspace_id and e.key = a.payload->>'endpoint' and e.quiet_until > %(now)s)
), taken as (
    select a.id from campaigns_action a
    where a.id in (select id from due where place <= %(each)s order by id limit %(limit)s)
      and a.state = 'pending' and (a.due_at is null or a.due_at <= %(now)s)
    for update skip locked
)
update campaigns_action a set due_at = %(until)s from taken where a.id = taken.id
returning a.id, a.workspace_id, a.dedupe, a.person_id, a.event_id, a.attempts, a.payload::text
"""
