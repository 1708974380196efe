"""The statements by which a job changes hands; each but the claim holds only for the attempt that names itself."""

from typing import Final

# A workspace with many jobs does not hold up the others: who has fewest running comes first.
CLAIM: Final = """
with due as (
    select id from compliance_job j
    where state in ('queued', 'running') and due_at <= %(now)s
    order by (select count(*) from compliance_job r
              where r.workspace_id = j.workspace_id and r.state = 'running' and r.due_at > %(now)s), created_at, id
    limit 1 for update skip locked
)
update compliance_job j
set state = 'running', attempt = attempt + 1, due_at = %(until)s, taken_at = %(now)s,
    crashes = crashes + (state = 'running')::int, started_at = coalesce(started_at, %(now)s),
    done = saved, begun = saved
from due where j.id = due.id
returning j.id, j.workspace_id, j.kind, j.title, j.language, j.actor_kind, j.actor_id, j.actor, j.attempt, j.crashes,
          j.done, j.total, j.said, j.arguments::text, j.checkpoint::text, j.cancel_asked_at is not null,
          j.attempt = 1
"""
BEAT: Final = """
update compliance_job set done = %(done)s, total = %(total)s, said = %(said)s, due_at = %(until)s
where id = %(id)s and attempt = %(attempt)s and state = 'running'
returning cancel_asked_at is not null
"""
# What was saved is progress: crashes are counted from here anew.
SAVE: Final = """
update compliance_job set checkpoint = %(checkpoint)s::jsonb, saved = %(done)s, done = %(done)s, crashes = 0
where id = %(id)s and attempt = %(attempt)s and state = 'running'
"""
GIVE_BACK: Final = """
update compliance_job set state = 'queued', due_at = %(due_at)s, crashes = crashes + %(crashed)s, done = saved
where id = %(id)s and attempt = %(attempt)s and state = 'running'
"""
SETTLE: Final = """
update compliance_job
set state = %(state)s, ended_at = %(now)s, due_at = null, result = %(result)s::jsonb, problem = %(problem)s,
    done = %(done)s, total = %(total)s, said = %(said)s
where id = %(id)s and attempt = %(attempt)s and state = 'running'
"""
CANCEL: Final = """
update compliance_job
set cancel_asked_at = coalesce(cancel_asked_at, %(now)s),
    state = case state when 'queued' then 'cancelled' else state end,
    ended_at = case state when 'queued' then %(now)s end,
    due_at = case state when 'queued' then null else due_at end
where id = %(id)s and workspace_id = %(workspace_id)s and state in ('queued', 'running')
returning state, kind
"""
