"""What rules wait for: something that does not come after an event, traits that stay as they are for long enough.

The wait is a row with the instant at which it is over. A sweep claims rows that are due and judges them on stored facts
as of that instant, so that neither the order of arrival nor a restart matters. It does so only when all events of the
time are known to have come in, and the rule's grace for late ones is over.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection, transaction

from audiences.conditions import Facts, evaluate
from audiences.conditions.values import nfc
from audiences.facts.reader import PersonFacts, event_fact, load
from audiences.intake import EventRow
from audiences.intake.stored import stored_events
from campaigns.rules.judging import Match, facts_read
from campaigns.rules.live import LiveRule
from campaigns.rules.streams.catalogue import Timed, timed
from campaigns.rules.streams.sweeping import Act, come_in_until
from config.kit.bulk import bulk_cursor

BATCH: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A row: a rule waits because of an event, until an instant."""

    rule_id: int
    cause: UUID
    person_id: UUID
    event_id: UUID
    since: datetime
    due_at: datetime


def begin_waits(workspace_id: int, rules: Timed, events: Sequence[EventRow], *, now: datetime) -> None:
    """Begin what the events make rules wait for, in the caller's transaction."""
    if not rules.waiting_on:
        return
    heard = [(rule, event) for event in events for rule in rules.waiting_on.get(nfc(event.name), ())]
    absences = [_absence(rule, event) for rule, event in heard if rule.absent is not None and _starts(rule, event)]
    held = [(rule, event) for rule, event in heard if rule.hold is not None]
    holds = list(_holds(workspace_id, held, now=now)) if held else []
    if absences:
        _write(BEGIN, workspace_id, absences)
    if holds:
        _write(RENEW, workspace_id, holds)


def _starts(rule: LiveRule, event: EventRow) -> bool:
    assert rule.absent is not None
    return all(leaf.holds_in(event.properties, now=event.event_time) for leaf in rule.absent.started_by)


def _absence(rule: LiveRule, event: EventRow) -> Wait:
    assert rule.absent is not None
    return Wait(
        rule_id=rule.rule_id,
        cause=event.id,
        person_id=event.person_id,
        event_id=event.id,
        since=event.event_time,
        due_at=event.event_time + rule.absent.within + rule.absent.grace,
    )


def _holds(workspace_id: int, heard: Sequence[tuple[LiveRule, EventRow]], *, now: datetime) -> Iterator[Wait]:
    """Yield since when the traits have been so that each rule asks for, of those of whom they are; one per person."""
    known = _people(workspace_id, heard, now=now)
    seen: set[tuple[int, UUID]] = set()
    for rule, event in reversed(heard):
        assert rule.hold is not None
        since = _since(rule, known[event.person_id].facts(now))
        if since is not None and (rule.rule_id, event.person_id) not in seen:
            seen.add((rule.rule_id, event.person_id))
            yield Wait(
                rule_id=rule.rule_id,
                cause=event.person_id,
                person_id=event.person_id,
                event_id=event.id,
                since=since,
                due_at=since + rule.hold.lasts,
            )


def _people(
    workspace_id: int, heard: Sequence[tuple[LiveRule, EventRow]], *, now: datetime
) -> Mapping[UUID, PersonFacts]:
    total = reduce(or_, {rule.rule_id: rule.needs for rule, _ in heard}.values())
    earliest = min(event.event_time for _, event in heard)
    return load(workspace_id, {event.person_id for _, event in heard}, total, now=now, earliest=earliest, named=False)


def _since(rule: LiveRule, facts: Facts) -> datetime | None:
    """Return since when all of the rule's traits have been as it asks, None if one is not."""
    assert rule.hold is not None
    found = [leaf.since(facts) for leaf in rule.hold.leaves]
    return None if None in found else max(at for at in found if at is not None)


def sweep_waits(now: datetime, *, act: Act, batches: int = 1_000) -> int:
    """Judge what is due, in transactions of a batch each; return how many. Several workers may sweep at once."""
    total = 0
    with connection.cursor() as cursor:
        cursor.execute("select distinct workspace_id from campaigns_rulewait where due_at <= %s order by 1", [now])
        waiting = [workspace_id for (workspace_id,) in cursor.fetchall()]
    for workspace_id in waiting:
        for _ in range(batches):
            judged = _one_batch(workspace_id, act=act, now=now)
            total += judged
            if judged < BATCH:
                break
    return total


def next_wait() -> datetime | None:
    """Return when a wait is over next, so that a simulated clock can stop there."""
    with connection.cursor() as cursor:
        cursor.execute("select min(due_at) from campaigns_rulewait")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


@transaction.atomic
def _one_batch(workspace_id: int, *, act: Act, now: datetime) -> int:
    until = come_in_until(workspace_id, now=now)
    with bulk_cursor() as cursor:
        cursor.execute(CLAIM, [workspace_id, until, BATCH])
        due = [
            Wait(rule_id=rule_id, cause=cause, person_id=person_id, event_id=event_id, since=since, due_at=due_at)
            for rule_id, cause, person_id, event_id, since, due_at in cursor.fetchall()
        ]
    if not due:
        return 0
    done = _judge(workspace_id, due, now=now)
    act(workspace_id, done.matches)
    _forget(done.over)
    if done.later:
        _write(AGAIN, workspace_id, done.later)
    if done.kept:
        _write(FIRED, workspace_id, done.kept)
    return len(due)


@dataclass(slots=True, kw_only=True)
class _Done:
    """What became of waits: matches, rows that are over, wait on until later, or are kept so as not to fire again."""

    matches: list[Match]
    over: list[Wait]
    later: list[Wait]
    kept: list[Wait]


def _judge(workspace_id: int, due: Sequence[Wait], *, now: datetime) -> _Done:
    rules = timed(workspace_id).waiting
    events = stored_events(workspace_id, {wait.event_id for wait in due})
    heard = [(rules[w.rule_id], events[w.event_id]) for w in due if w.rule_id in rules and w.event_id in events]
    known = _people(workspace_id, heard, now=now) if heard else {}
    done = _Done(matches=[], over=[], later=[], kept=[])
    for wait in due:
        rule, event = rules.get(wait.rule_id), events.get(wait.event_id)
        if rule is None or event is None:
            done.over.append(wait)  # the rule waits no more, or the person was erased
        elif rule.absent is not None:
            _judge_absence(done, wait, rule, event, known[event.person_id])
        else:
            _judge_hold(done, wait, rule, event, known[event.person_id])
    return done


def _judge_absence(done: _Done, wait: Wait, rule: LiveRule, event: EventRow, person: PersonFacts) -> None:
    again = _absence(rule, event)
    if again.due_at > wait.due_at:  # a newer version of the rule waits longer
        done.later.append(again)
        return
    match = _match(rule, event, person.facts(rule.judged_at(event.event_time), event=event_fact(event)))
    done.matches += [match] if match else []
    done.over.append(wait)


def _judge_hold(done: _Done, wait: Wait, rule: LiveRule, event: EventRow, person: PersonFacts) -> None:
    assert rule.hold is not None
    facts = person.facts(max(wait.due_at, wait.since + rule.hold.lasts), event=event_fact(event))
    since = _since(rule, facts)
    if since is None:
        done.over.append(wait)
    elif since + rule.hold.lasts > wait.due_at:  # there was a break, or a newer version waits longer
        done.later.append(_until(wait, since, rule.hold.lasts))
    else:
        match = _match(rule, event, facts)
        done.matches += [match] if match else []
        done.kept.append(wait)


def _until(wait: Wait, since: datetime, lasts: timedelta) -> Wait:
    return Wait(
        rule_id=wait.rule_id,
        cause=wait.cause,
        person_id=wait.person_id,
        event_id=wait.event_id,
        since=since,
        due_at=since + lasts,
    )


def _match(rule: LiveRule, event: EventRow, facts: Facts) -> Match | None:
    verdict = evaluate(rule.condition, facts)
    if not verdict.held:
        return None
    return Match(rule=rule, event=event, facts=facts_read(rule.needs, facts), verdict=verdict, seen=facts)


def _forget(waits: Sequence[Wait]) -> None:
    if waits:
        with connection.cursor() as cursor:
            cursor.execute(FORGET, [[wait.rule_id for wait in waits], [wait.cause for wait in waits]])


def _write(statement: str, workspace_id: int, waits: Sequence[Wait]) -> None:
    rows: list[dict[str, Any]] = [
        {"r": w.rule_id, "c": w.cause, "p": w.person_id, "e": w.event_id, "s": w.since, "d": w.due_at} for w in waits
    ]
    with bulk_cursor() as cursor:
        cursor.execute(statement, {"workspace": workspace_id, "rows": msgspec.json.encode(rows).decode()})


BEGIN: Final = """
insert into campaigns_rulewait (rule_id, cause, workspace_id, person_id, event_id, since, due_at)
select r, c, %(workspace)s, p, e, s, d from jsonb_to_recordset(%(rows)s::jsonb) as x(
    r bigint, c uuid, p uuid, e uuid, s timestamptz, d timestamptz) order by r, c
on conflict do nothing
"""
# A wait that has fired stays, without a due time, until what it is about breaks off: only a later beginning renews it.
RENEW: Final = """
insert into campaigns_rulewait as w (rule_id, cause, workspace_id, person_id, event_id, since, due_at)
select r, c, %(workspace)s, p, e, s, d from jsonb_to_recordset(%(rows)s::jsonb) as x(
    r bigint, c uuid, p uuid, e uuid, s timestamptz, d timestamptz) order by r, c
on conflict (rule_id, cause) do update
set since = excluded.since, due_at = excluded.due_at, event_id = excluded.event_id
where w.due_at is not null or excluded.since > w.since
"""
CLAIM: Final = """
select rule_id, cause, person_id, event_id, since, due_at from campaigns_rulewait
where workspace_id = %s and due_at <= %s order by due_at limit %s for update skip locked
"""
FORGET: Final = """
delete from campaigns_rulewait w using unnest(%s::bigint[], %s::uuid[]) as x(r, c)
where w.rule_id = x.r and w.cause = x.c
"""
AGAIN: Final = """
update campaigns_rulewait w set since = x.s, due_at = x.d from jsonb_to_recordset(%(rows)s::jsonb) as x(
    r bigint, c uuid, p uuid, e uuid, s timestamptz, d timestamptz)
where w.rule_id = x.r and w.cause = x.c and w.workspace_id = %(workspace)s
"""
FIRED: Final = """
update campaigns_rulewait w set due_at = null from jsonb_to_recordset(%(rows)s::jsonb) as x(
    r bigint, c uuid, p uuid, e uuid, s timestamptz, d timestamptz)
where w.rule_id = x.r and w.cause = x.c and w.workspace_id = %(workspace)s
"""
