"""The programs that the row of due steps times; imported only where Django runs on a bench database."""

import resource
from datetime import timedelta

from django.core.management import call_command
from django.db import connection

from campaigns.delivery.models import Delivery
from campaigns.flows import definitions as flows
from campaigns.flows.advancing import advance_due
from campaigns.flows.models import Run, Step
from compliance.access.workspaces import create_workspace
from config.kit import clock
from config.kit.actors import SYSTEM
from content.library import templates
from tests.bench.kit import agree, stopwatch
from tests.bench.limits import claims

TEMPLATE = {"key": "hello", "channel": "email", "subject": "Hello", "body": "Hello {{ links.unsubscribe }}"}
FLOW = {
    "key": "bench",
    "exit": [{"event": "purchase"}],
    "nodes": {
        "start": {"do": "wait", "for": "1h", "next": "mail"},
        "mail": {"do": "send", "channel": "email", "template": "hello", "next": "pause"},
        "pause": {"do": "wait", "for": "1d", "next": "done"},
        "done": {"do": "exit"},
    },
}
PEOPLE = """
truncate campaigns_run, campaigns_step, campaigns_delivery, audiences_person cascade;
insert into audiences_person (id, workspace_id, user_id, traits, trait_times, first_seen, last_seen)
select gen_random_uuid(), {workspace}, 'u' || n, '{{"city": "Ulm"}}', '{{}}', now(), now()
from generate_series(1, {count}) n;
insert into campaigns_run (id, workspace_id, flow_id, version_id, subject_id, entry_key, entry, entered_at, state, node,
    visit, arrived_at, due_at, holdout, context, exit_reason, exit_detail)
select gen_random_uuid(), {workspace}, {flow}, {version}, id, id::text,
    jsonb_build_object('id', id, 'name', 'sign_up', 'at', '2026-01-05T08:00:00+00:00', 'properties', '{{}}'::jsonb),
    now() - interval '1 hour', 'waiting', 'start', 1, now() - interval '61 minutes', now() - interval '1 minute', false,
    '{{}}', '', '{{}}'
from audiences_person;
insert into campaigns_step (run_id, workspace_id, flow_id, node, visit, entered_at, outcome, detail)
select id, workspace_id, flow_id, node, visit, arrived_at, '', '{{}}' from campaigns_run;
"""


class Walking:
    """A workspace whose runs are all due: each ends its wait, opens a message and waits again."""

    def __init__(self, *, people: int) -> None:
        call_command("migrate", verbosity=0)
        now = clock.now()
        self.people = people
        self.workspace = create_workspace("bench", name="Bench", now=now).pk
        templates.define(self.workspace, TEMPLATE, actor=SYSTEM, now=now)
        flow = flows.define(self.workspace, FLOW, actor=SYSTEM, now=now)
        self.flow = flows.publish(flow, actor=SYSTEM, now=now)

    def ours(self) -> tuple[float, float]:
        """Let all go on; return the seconds and this process's CPU seconds."""
        given = {"workspace": self.workspace, "flow": self.flow.pk, "version": self.flow.live_id}
        with connection.cursor() as cursor:
            cursor.execute(PEOPLE.format(count=self.people, **given))
            cursor.execute("analyze campaigns_run, audiences_person, campaigns_step")
        now, done, before = clock.now() + timedelta(seconds=1), 0, _cpu()
        with stopwatch() as taken:
            while moved := advance_due(now):
                done += moved
        agree(
            people=self.people,
            done=done,
            moved=Run.objects.filter(node="pause", state="waiting").count(),
            messages=Delivery.objects.count(),
            sends=Step.objects.filter(node="mail", outcome="opened").count(),
        )
        return taken[0], _cpu() - before

    def bare(self) -> tuple[float, float]:
        """Do the least that it could cost."""
        claims.fill(self.people)
        before = _cpu()
        with stopwatch() as taken:
            done = claims.walk()
        agree(people=self.people, done=done, **claims.journals())
        return taken[0], _cpu() - before


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
