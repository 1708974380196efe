"""Replays of rules on history: asked for by a verb, run as a job, told by the gate; nothing else is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audiences.intake.scanning import Period, count_events
from audiences.people.lookups import alive_after
from audiences.segments.lookups import members_after
from campaigns.rules.form import parse_rule
from campaigns.rules.live import read_version, rule_of
from campaigns.rules.models import Firing, Rule, RuleVersion
from campaigns.rules.publishing.checking import must_hold, try_out
from campaigns.rules.publishing.lateness import judged_up_to
from campaigns.rules.publishing.models import RuleDraft
from campaigns.rules.publishing.replaying import Pace, Replay, Tally
from campaigns.rules.publishing.steps import PASSED, SKIPPED, WARNED, Found, Step, timed
from compliance import jobs
from config.kit.actors import Actor
from config.kit.errors import refuse
from config.kit.versions import digest

KIND: Final = "rules.replay"
PEOPLE_AT_ONCE: Final = 2_000
MOST_PEOPLE: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is replayed: a definition, over a period [since, until), for these people, a segment's, or everybody."""

    definition: Mapping[str, Any]
    of: str
    since: datetime
    until: datetime
    people: Sequence[UUID] = ()
    segment: str = ""
    first: UUID | None = None
    """Only events from this one on, in the order of receipt."""


def start_replay(rule: Rule, asked: Asked, *, actor: Actor, now: datetime) -> jobs.Job:
    """Queue a replay; a draft remembers its last one. Raises `InputRefused` where there is nothing to replay."""
    if not asked.since < asked.until:
        raise refuse("/until", "the period ends before it begins", "a later instant than `since`")
    if parse_rule(asked.definition).is_timed:
        said = "a rule that counts over groups or waits is not judged on single events, so it cannot be replayed"
        raise refuse("/of", said, "let it run in the shadow (mode) and look at its alarms and matches")
    arguments = {
        "rule": rule.pk,
        "definition": asked.definition,
        "of": asked.of,
        "live": rule.live_id,
        "since": asked.since.isoformat(),
        "until": asked.until.isoformat(),
        "people": [str(person) for person in asked.people],
        "segment": asked.segment,
        "first": str(asked.first or ""),
    }
    told: dict[str, Any] = {"workspace_id": rule.workspace_id, "title": rule.name, "arguments": arguments}
    job = jobs.start(KIND, **told, actor=actor, now=now)
    if asked.of == "draft":
        drafts = RuleDraft.objects.filter(rule=rule, sha256=digest(asked.definition))
        drafts.update(replay_id=job.pk, replay_of=digest(asked.definition))
    return job


def replay_step(draft: RuleDraft) -> Step:
    """Tell what the last replay of what the draft says now came to; one of an older revision does not count."""
    return timed("replay", partial(_told, draft))


def _told(draft: RuleDraft) -> Found:
    job = jobs.find_job(draft.workspace_id, draft.replay_id) if draft.replay_id else None
    if job is None or draft.replay_of != draft.sha256:
        return SKIPPED, "nobody has replayed this revision on history", (), {}
    details = {"job_id": str(job.pk), "state": job.state, "result": _summary(job.result)}
    if job.state == jobs.Job.State.FAILED:
        return WARNED, f"its replay failed: {job.problem}"[:300], (), details
    if job.state != jobs.Job.State.DONE:
        return WARNED, f"its replay is {job.state}", (), details
    fired, people, events = (job.result[name] for name in ("fired", "people", "events"))
    return PASSED, f"would have fired {fired:,} times for {people:,} people on {events:,} events", (), details


def _summary(result: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if name not in ("examples", "days")}


@jobs.kind(KIND, text=gettext_lazy("Replay of a rule on history"))
def run(work: jobs.Work) -> Mapping[str, Any]:
    """Judge the events of the period anew; a replay that was interrupted begins from the start."""
    given = work.arguments
    work.done = 0
    form = parse_rule(given["definition"])
    work.say(_("trying the rule in a process of its own"))
    must_hold([try_out(work.workspace_id, [form])])
    live = RuleVersion.objects.filter(pk=given["live"], rule_id=given["rule"]).first()
    live_rule = read_version(live) if live else None
    if live_rule is not None and live_rule.is_timed:
        live, live_rule = None, None
    replay = Replay(rule_of(form), live_rule, workspace_id=work.workspace_id, now=work.tick())
    try:
        return _run(work, replay, live)
    except jobs.Cancelled:
        raise jobs.Cancelled(_so_far(replay.tally)) from None
    finally:
        replay.retire()


def _run(work: jobs.Work, replay: Replay, live: RuleVersion | None) -> Mapping[str, Any]:
    period = _period(work, replay)
    work.say(_("counting the events"))
    people = [UUID(person) for person in work.arguments["people"]]
    work.total(count_events(period, people or None) if not work.arguments["segment"] else None)
    work.say(_("judging"))
    pace = Pace()
    for count in _judged(work, replay, period, people):
        work.advance(count)
    result = _so_far(replay.tally) | pace.as_json(replay.tally.events)
    result |= {"examples": replay.tally.examples, "not_replayed_controls": replay.left_out}
    return result | _beside(work, replay.tally, live, period)


def _judged(work: jobs.Work, replay: Replay, period: Period, people: Sequence[UUID]) -> Iterator[int]:
    if not people and not work.arguments["segment"] and not replay.reads_people:
        yield from replay.over_all(period)
        return
    for some in _people(work, people):
        yield from replay.over_people(period, some)


def _people(work: jobs.Work, named: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    if named:
        yield sorted(named)
        return
    after, segment = UUID(int=0), work.arguments["segment"]
    while True:
        if segment:
            some = members_after(work.workspace_id, segment, after=after, limit=PEOPLE_AT_ONCE)
        else:
            some = alive_after(work.workspace_id, after=after, limit=PEOPLE_AT_ONCE)
        yield some
        if len(some) < PEOPLE_AT_ONCE:
            return
        after = some[-1]


def _period(work: jobs.Work, replay: Replay) -> Period:
    return Period(
        workspace_id=work.workspace_id,
        names=replay.names,
        since=datetime.fromisoformat(work.arguments["since"]),
        until=datetime.fromisoformat(work.arguments["until"]),
        lateness=judged_up_to(work.workspace_id),
        first=UUID(first) if (first := work.arguments.get("first")) else None,
    )


def _so_far(tally: Tally) -> dict[str, Any]:
    figures = {"events": tally.events, **tally.asked.as_json(), "held_back": tally.held_back}
    return {**figures, "days": dict(sorted(tally.days.items()))}


def _beside(work: jobs.Work, tally: Tally, live: RuleVersion | None, period: Period) -> dict[str, Any]:
    """Tell how the live version does on the same events, and what was recorded when they came in."""
    days = max((period.until - period.since).total_seconds() / 86_400, 1 / 86_400)
    told: dict[str, Any] = {"of": work.arguments["of"], "per_day": round(tally.asked.fired / days, 2)}
    if live is None:
        return told
    recorded = _recorded(work, period)
    compared = {"version": live.number, **tally.live.as_json(), "added": tally.added, "removed": tally.removed}
    agreement = {
        "fired": len(recorded),
        "not_replayed": len(recorded - tally.live_events),
        "only_replayed": len(tally.live_events - recorded),
    }
    return told | {"live": compared, "recorded": agreement}


def _recorded(work: jobs.Work, period: Period) -> set[UUID]:
    """Return the events of the period on which the rule did fire, whichever version was live then."""
    rows = Firing.objects.filter(
        rule_id=work.arguments["rule"], event_time__gte=period.since, event_time__lt=period.until
    )
    if named := work.arguments["people"]:
        rows = rows.filter(person_id__in=named)
    return set(rows.values_list("event_id", flat=True).iterator())
