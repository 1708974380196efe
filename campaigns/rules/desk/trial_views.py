"""A rule against what really happened: the last N events, or a period, as a job beside the live version."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any, Final

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from audiences.intake.stored import latest_events
from audiences.people.lookups import names_of
from campaigns.rules.desk.around import find, version_named, versions_to_choose
from campaigns.rules.editor.drafts import around, held
from campaigns.rules.form import parse_rule
from campaigns.rules.models import Rule
from campaigns.rules.publishing.replays import KIND, Asked, start_replay
from compliance import jobs
from compliance.access.console import ConsoleRequest, actor_of, console_change, console_page
from compliance.access.forms import submit
from config.kit import clock
from config.kit.errors import refuse
from config.kit.pages import page

FEWEST, MOST = 100, 10_000
SHOWN: Final = 5
ENDED: Final = ("done", "failed", "cancelled")


@console_page
def rule_test(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show the tests of a rule with what came of them, and begin another one."""
    rule = find(request, key)
    head = around(held(request, key), "test")
    found = jobs.jobs(rule.workspace_id, kind=KIND).filter(arguments__rule=rule.pk).order_by("-created_at")[:SHOWN]
    trials = [_trial(rule, job) for job in found]
    context = {
        **head,
        "versions": versions_to_choose(rule, head["draft"]),
        "counts": [(str(n), f"{n:,}") for n in (100, 500, 1_000, 5_000, 10_000)],
        "today": timezone.localdate(clock.now()),
        "week_ago": timezone.localdate(clock.now()) - timedelta(days=7),
        "trials": trials,
        "running": any(trial["job"].state not in ENDED for trial in trials),
    }
    return page(request, "rules/test.html", context, parts={"rule-trials": "trials"})


def _trial(rule: Rule, job: jobs.Job) -> dict[str, Any]:
    result = job.result or {}
    kinds = result.get("examples", {})
    changed = [{**each, "added": kind == "added"} for kind in ("added", "removed") for each in kinds.get(kind, [])]
    names = names_of(rule.workspace_id, [each["person_id"] for each in changed])
    people = {str(person): name for person, name in names.items()}
    of = job.arguments.get("of", "")
    acts = len(job.arguments.get("definition", {}).get("then", [])) or 1
    return {
        "job": job,
        "of": of,
        "result": result if "fired" in result else None,
        "changed": [{**each, "name": people.get(each["person_id"], "")} for each in changed],
        "actions_a_day": round(result.get("per_day", 0) * acts, 1),
        "rate": f"{result.get('events_per_second', 0):,.0f}",
        "seconds": result.get("seconds", 0),
    }


@console_change
def rule_test_start(request: ConsoleRequest, key: str) -> HttpResponse:
    """Begin a test: over the last events, or over a period."""
    rule = find(request, key)

    def act() -> None:
        start_replay(rule, _asked(rule, request.POST.dict()), actor=actor_of(request), now=clock.now())

    return submit(request, partial(act), to=reverse("rule-test", args=[key]))


def _asked(rule: Rule, typed: Mapping[str, str]) -> Asked:
    named = typed.get("version", "")
    version = version_named(rule, named)
    if version is None:
        raise refuse("/version", "there is no such version", "publish one or save a draft first")
    definition, of = dict(version.definition), str(version.number or "draft")
    if typed.get("over") == "period":
        since, until = (_day(typed.get(name, ""), name) for name in ("since", "until"))
        return Asked(definition=definition, of=of, since=since, until=until)
    return _last(rule, definition, of, _count(typed.get("last", "")))


def _last(rule: Rule, definition: Mapping[str, Any], of: str, count: int) -> Asked:
    """Ask for the last `count` events that the rule listens to, by the order of their receipt."""
    events = latest_events(rule.workspace_id, parse_rule(definition).on, limit=count)
    if not events:
        raise refuse("/last", "no event that it listens to came in yet", "send one, or choose another version")
    times = [event.event_time for event in events]
    return Asked(
        definition=definition,
        of=of,
        since=min(times),
        until=max(times) + timedelta(microseconds=1),
        people=tuple({event.person_id for event in events}),
        first=min(event.id for event in events),
    )


def _count(text: str) -> int:
    count = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    if not FEWEST <= count <= MOST:
        raise refuse("/last", f"{text[:20]!r} is not a number of events", f"{FEWEST:,} to {MOST:,}")
    return count


def _day(text: str, name: str) -> datetime:
    try:
        day = parse_date(text)
    except ValueError:  # a day that its month does not have
        day = None
    if day is None:
        raise refuse(f"/{name}", f"{text[:20]!r} is no day", "such as 2026-03-01")
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())
