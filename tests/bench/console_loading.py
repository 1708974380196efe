"""What people and events caused, made by SQL in proportion: segments, rules, journeys, runs, messages, the trail.

Ids tell the instant, as the product's do (`uuidv7` needs PostgreSQL 18).
"""

import json
from typing import Final

import psycopg

from tests.bench.crowd import WORKSPACE

ASKED: Final = {"property": "amount", "is": "gte", "value": 50}
ENTRY: Final = {"on": "event", "event": "purchase"}
NODES: Final = {
    "pause": {"do": "wait", "for": "9d", "next": "send"},
    "send": {"do": "send", "channel": "email", "template": "thank-you", "purpose": "marketing", "next": "done"},
    "done": {"do": "exit"},
}
STATEMENTS: Final = (
    "alter table audiences_person enable trigger person_added",
    """insert into audiences_findable (person_id, workspace_id, term) select p.id, p.workspace_id, term
    from audiences_person p cross join lateral audiences_terms(p.user_id, p.traits) term""",
    """insert into audiences_segment (workspace_id, key, name, created_at, updated_at, kind)
    select {w}, 'segment-' || n, case when n % 2 = 0 then '会员等级 ' || n else 'Segment ' || n end,
        now() - n * interval '1 day', now() - n * interval '1 hour', 'static' from generate_series(1, 40) n""",
    """insert into audiences_segmentversion (segment_id, number, definition, sha256, note, author, created_at)
    select id, 1, '{{}}', 'bench', '', 'Ada', now() from audiences_segment""",
    "update audiences_segment s set live_id = v.id, computed_id = v.id from audiences_segmentversion v"
    " where v.segment_id = s.id",
    """insert into audiences_membership (segment_id, workspace_id, person_id, entered_at)
    select s.id, {w}, p.id, now() - random() * interval '90 days' from audiences_segment s
    join audiences_person p on get_byte(uuid_send(p.id), 7) % 40 >= 40 - s.id % 21""",
    """insert into campaigns_rule (workspace_id, key, name, created_at, updated_at, mode, enabled, priority,
        makers)
    select {w}, 'rule-' || n, 'Rule ' || n, now(), now() - n * interval '1 hour', 'live', true, n, '[]'
    from generate_series(1, 120) n""",
    """insert into campaigns_ruleversion (rule_id, number, definition, sha256, note, author, created_at,
        approved_by)
    select id, 1, jsonb_build_object('key', key, 'name', name, 'on', '["purchase"]'::jsonb, 'if', '{asked}'::jsonb,
        'then', '[{{"start_flow": "flow-1"}}]'::jsonb), 'bench', '', 'Ada', now(), '' from campaigns_rule""",
    "update campaigns_rule r set live_id = v.id from campaigns_ruleversion v where v.rule_id = r.id",
    """insert into campaigns_firing (workspace_id, rule_id, version_id, person_id, event_id, event_time, fired_at, mode,
        facts, verdict)
    select {w}, v.rule_id, v.id, p.id, uuidv7(at - now()), at, at + interval '1 second', 'live', '{{}}', '{{}}'
    from (select id, row_number() over () as n from audiences_person) p
    join campaigns_ruleversion v on v.id % 60 = p.n % 60
    cross join lateral (select now() - (p.n % 2160) * interval '1 hour' as at) t""",
    """insert into campaigns_flow (workspace_id, key, name, created_at, updated_at, kind, state)
    select {w}, 'flow-' || n, 'Journey ' || n, now(), now() - n * interval '1 hour', 'journey', 'live'
    from generate_series(1, 30) n""",
    """insert into campaigns_flowversion (flow_id, number, definition, sha256, note, author, created_at)
    select id, 1, jsonb_build_object('key', key, 'name', name, 'entry', '{entry}'::jsonb, 'nodes', '{nodes}'::jsonb),
        'bench', '', 'Ada', now() from campaigns_flow""",
    "update campaigns_flow f set live_id = v.id from campaigns_flowversion v where v.flow_id = f.id",
    """insert into campaigns_run (id, workspace_id, flow_id, version_id, subject_id, state, node, visit, entry,
        entry_key, entered_at, arrived_at, holdout, context, exit_reason, exit_detail, ended_at, due_at)
    select uuidv7(at - now()), {w}, v.flow_id, v.id, p.id, case when p.n % 10 = 0 then 'waiting' else 'ended' end,
        'pause', 1, '{{}}', 'k' || p.n, at, at, false, '{{}}',
        case when p.n % 10 = 0 then '' else 'completed' end, '{{}}',
        case when p.n % 10 = 0 then null else at end, case when p.n % 10 = 0 then at + interval '9 days' end
    from (select id, row_number() over () as n from audiences_person) p
    join campaigns_flowversion v on v.id % 10 = p.n % 10
    cross join lateral (select now() - random() * interval '90 days' as at) t""",
    """insert into campaigns_delivery (id, workspace_id, run_id, flow_id, node, person_id, channel, purpose,
        template_version_id, address, state, reason, gate, attempt, receipt, created_at, settled_at, due_at)
    select uuidv7(entered_at - now()), {w}, id, flow_id, 'send', subject_id, 'email', 'marketing', 1, 'a@example.com',
        case when hashtext(id::text) % 20 = 0 then 'blocked' when hashtext(id::text) % 5000 = 1 then 'in_doubt'
            else 'sent' end,
        case when hashtext(id::text) % 20 = 0 then 'no_consent' else '' end, '[]', 1, '{{}}', entered_at, entered_at,
        null from campaigns_run""",
    """insert into compliance_auditentry (workspace_id, at, actor_kind, actor, action, object_kind, object_id,
        person_id, payload, request_id)
    select {w}, created_at, 'system', 'Signalbox', 'delivery.sent', 'delivery', id::text, person_id,
        '{{"a": 1}}'::jsonb, ''
    from campaigns_delivery union all
    select {w}, now(), 'user', 'Ada', 'rule.published', 'rule', n::text, null, '{{"a": 1}}'::jsonb, ''
    from generate_series(1, 500) n""",
    """insert into audiences_refusal (workspace_id, at, message_id, field, reason, message)
    select {w}, now() - n * interval '1 minute', 'm-' || n, 'userId', 'missing', 'userId is missing'
    from generate_series(1, 50000) n""",
    """insert into campaigns_parkedevent (workspace_id, event_id, person_id, reason, detail, parked_at)
    select {w}, id, person_id, 'rule_failed', 'a long traceback', now() from audiences_event limit 2000""",
    """insert into campaigns_mailboxmessage (received_at, sender, recipients, message_id, subject, raw)
    select created_at, 'a@b.invalid', '["a@example.com"]', '<' || id || '@b.invalid>', 'Thank you', 'raw'
    from campaigns_delivery limit 50000""",
    "vacuum (analyze)",
)


def load(url: str) -> None:
    """Fill the database that holds people and events already."""
    parts = {name: json.dumps(part) for name, part in (("asked", ASKED), ("entry", ENTRY), ("nodes", NODES))}
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in STATEMENTS:
            connection.execute(statement.format(w=WORKSPACE, **parts))
