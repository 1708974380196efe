"""A month of stored events, replayed; and a thousand rules published: the other process of that bench."""

import json
import sys
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import django

django.setup()  # before the models below can be imported

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from audiences.intake.partitions import create_sql, months_from  # noqa: E402
from campaigns.flows.definitions import define as define_flow  # noqa: E402
from campaigns.flows.definitions import publish  # noqa: E402
from campaigns.rules.publishing.batches import publish_together  # noqa: E402
from campaigns.rules.publishing.replays import Asked, start_replay  # noqa: E402
from compliance.access.workspaces import create_workspace  # noqa: E402
from compliance.jobs.models import Job  # noqa: E402
from compliance.jobs.running import run_next  # noqa: E402
from config.kit.actors import SYSTEM  # noqa: E402
from tests.bench.rules import in_ours, rules  # noqa: E402

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SPAN = timedelta(days=30)
START = NOW - SPAN
EACH = 100
FLOW = {"key": "thanks", "kind": "journey", "entry": {"on": "api"}, "nodes": {"done": {"do": "exit"}}}
BIG = {"property": "amount", "is": "gte", "value": 980}
ALONE = {"all": [BIG, {"property": "city", "is": "in", "value": ["城市-1", "城市-2", "城市-3"]}]}
READING = {
    "all": [
        BIG,
        {"trait": "tier", "is": "eq", "value": "gold"},
        {"did": "buy", "times": {"at_least": 3}, "within": "7d"},
    ]
}


def measure(count: int) -> dict[str, Any]:
    """Return what was judged and what it took."""
    call_command("migrate", verbosity=0)
    workspace = create_workspace("bench", name="Bench", now=NOW)
    publish(define_flow(workspace.pk, FLOW, actor=SYSTEM, now=NOW), actor=SYSTEM, now=NOW)
    publishing = _publish_many(workspace.pk)
    people = max(count // EACH, 1)
    _store(workspace.pk, people=people)
    replays = [
        {"what": "the event alone", "expected": _count(ALONE_SQL), **_replay(workspace.pk, "alone", ALONE)},
        {
            "what": "a trait and a week's count",
            "expected": _count(READING_SQL),
            **_replay(workspace.pk, "reads", READING),
        },
    ]
    return {"people": people, "publishing": publishing, "replays": replays}


def _publish_many(workspace_id: int) -> dict[str, Any]:
    raws = [
        {"key": name, "on": [kind], "if": in_ours(amount, city, level), "then": [{"start_flow": "thanks"}]}
        for name, kind, amount, city, level in rules(1_000)
    ]
    start = perf_counter()
    made = publish_together(workspace_id, raws, actor=SYSTEM, now=NOW)
    seconds = perf_counter() - start
    steps = {step.name: step.ms for step in made.steps}
    return {"rules": len(made.rules), "seconds": seconds, "steps": steps}


def _store(workspace_id: int, *, people: int) -> None:
    with connection.cursor() as cursor:
        for month in months_from((START - timedelta(days=1)).date(), 4):
            cursor.execute(create_sql(month))
        cursor.execute("drop index audiences_event_person")
        given = {"workspace": workspace_id, "people": people, "all": people * EACH, "start": START, "span": SPAN}
        cursor.execute("select setseed(0.5)")
        for statement in (PEOPLE, EVENTS):
            cursor.execute(statement, given)
        cursor.execute("create index audiences_event_person on audiences_event (person_id, event_time)")
        cursor.execute("vacuum (analyze) audiences_person, audiences_event")


def _replay(workspace_id: int, key: str, condition: dict[str, Any]) -> dict[str, Any]:
    raw = {"key": key, "on": ["buy"], "if": condition, "then": [{"start_flow": "thanks"}]}
    (rule,) = publish_together(workspace_id, [raw], actor=SYSTEM, now=NOW).rules
    asked = Asked(definition=rule.live.definition, of="live", since=START, until=NOW)
    job = start_replay(rule, asked, actor=SYSTEM, now=NOW)
    run_next()
    ended = Job.objects.get(pk=job.pk)
    assert ended.state == "done", ended.problem
    return {name: ended.result[name] for name in ("events", "fired", "people", "seconds")}


def _count(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


PEOPLE = """
insert into audiences_person (id, workspace_id, user_id, traits, trait_times, first_seen, last_seen)
select md5('p' || n)::uuid, %(workspace)s, 'u' || n, jsonb_build_object('tier', (array['gold', 'tin'])[1 + n %% 2]),
    '{}', %(start)s, %(start)s
from generate_series(1, %(people)s) n
"""
# received when it happened; the id carries the millisecond, and the number keeps it unique
EVENTS = """
insert into audiences_event (id, person_id, event_time, workspace_id, kind, name, user_id, properties)
select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid,
    md5('p' || 1 + n %% %(people)s)::uuid, at, %(workspace)s, 1, 'buy', 'u' || 1 + n %% %(people)s,
    jsonb_build_object('amount', floor(random() * 1000), 'city', '城市-' || floor(random() * 10), 'level', n %% 10,
        'sku', 'sku-' || floor(random() * 10000), 'ref', 'newsletter')
from (
    select n, date_trunc('milliseconds', %(start)s::timestamptz + %(span)s::interval * (n / %(all)s::float)) as at
    from generate_series(0, %(all)s - 1) n
) as drawn
"""
ALONE_SQL = """
select count(*) from audiences_event
where (properties ->> 'amount')::float >= 980 and properties ->> 'city' in ('城市-1', '城市-2', '城市-3')
"""
READING_SQL = """
select count(*) from audiences_event e join audiences_person p on p.id = e.person_id
where (e.properties ->> 'amount')::float >= 980 and p.traits ->> 'tier' = 'gold' and (
    select count(*) from audiences_event w
    where w.person_id = e.person_id and w.event_time <= e.event_time and w.event_time > e.event_time - interval '7 days'
) >= 3
"""

if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
