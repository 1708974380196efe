"""A replay tells what would have fired: the same as what fired live, and not a row more is written."""

import random
from datetime import timedelta

import pytest

from audiences import segments
from audiences.intake.models import EventKind
from campaigns.actions import Action
from campaigns.rules.models import Firing, Rule
from campaigns.rules.publishing import replaying
from campaigns.rules.publishing.drafts import find_draft
from campaigns.rules.publishing.releasing import publish
from campaigns.rules.publishing.replays import Asked, replay_step, start_replay
from campaigns.triggers import drain_intake
from compliance import jobs
from compliance.audit import entries
from compliance.jobs.models import Job
from config.kit import clock
from config.kit.errors import InputRefused, Problem
from config.kit.ids import derived
from tests import factories
from tests.audiences.events import put, row
from tests.campaigns.rules import given
from tests.campaigns.rules.publishing import way
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate_in_process")]
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
RULES = {
    "alone": given.BIG,
    "gold": {"trait": "tier", "is": "eq", "value": "gold"},
    "no-tier": {"trait": "tier", "is": "not_exists"},
    "third": {"did": "buy", "times": {"at_least": 3}, "within": "2h"},
    "spent": {"sum": "buy", "of": "amount", "within": "3h", "is": "gte", "value": 300},
    "ever": {"did": "buy", "times": {"exactly": 5}},
    "members": {"all": [{"segment": "busy"}, {"property": "amount", "is": "lt", "value": 90}]},
    "steady": {"held": {"trait": "tier", "is": "eq", "value": "gold"}, "for": {"at_least": "2h"}},
    "path": {"sequence": [{"event": "view"}, {"event": "buy", "within": "1h"}], "within": "5h"},
}


def replay(rule, of="live", *, definition=None, since=NOON, until=NOON + DAY, now=NOON + 2 * DAY, **more):
    definition = definition or rule.live.definition
    asked = Asked(definition=definition, of=of, since=since, until=until, **more)
    with clock.at(now):
        job = start_replay(rule, asked, actor=factories.actor(), now=now)
        jobs.run_all()
    return Job.objects.get(pk=job.pk)


def happen(workspace, *rows, at):
    put(*rows, at=at)
    with clock.at(at):
        drain_intake()


def tell(workspace, user, tier, at):
    return row(workspace.pk, user=user, kind=EventKind.IDENTIFY, name="identify", properties={"tier": tier}, at=at)


def a_day(workspace, *, seed):
    """Let a day pass: every ten minutes each of eight people may buy, look, or become something else."""
    chance = random.Random(seed)
    for tick in range(120):
        at, rows = NOON + tick * 10 * MINUTE, []
        for user in range(8):
            what = chance.random()
            if what < 0.35:
                amount = chance.randint(1, 150)
                rows.append(row(workspace.pk, user=f"u{user}", properties={"amount": amount}, at=at))
            elif what < 0.5:
                rows.append(row(workspace.pk, user=f"u{user}", name="view", at=at))
            elif what < 0.6:
                rows.append(tell(workspace, f"u{user}", chance.choice(["gold", "tin", None]), at))
        if rows:
            happen(workspace, *rows, at=at)


def test_the_replay_of_a_day_equals_what_fired_live_that_day(workspace):
    busy = {"key": "busy", "where": {"did": "buy", "times": {"at_least": 4}, "within": "4h"}}
    segments.define(workspace.pk, busy, actor=factories.actor(), now=NOON)
    for key, condition in RULES.items():
        given.rule(workspace, key, **{"if": condition})
    a_day(workspace, seed=5)
    for rule in Rule.objects.select_related("live"):
        told = replay(rule).result
        live = Firing.objects.filter(rule=rule).count()
        assert told["recorded"] == {"fired": live, "not_replayed": 0, "only_replayed": 0}, rule.key
        assert (told["fired"], told["live"]["added"], told["live"]["removed"]) == (live, 0, 0)
        assert live > 3, rule.key


def test_it_does_not_matter_what_else_came_in_the_same_batch(workspace):
    for key in ("gold", "no-tier"):
        given.rule(workspace, key, **{"if": RULES[key]})
    steps = [None, "gold", "tin", None, "gold"]
    rows = [each for n, tier in enumerate(steps) for each in _told_then_bought(workspace, tier, NOON + n * MINUTE)]
    happen(workspace, *rows, at=NOON + 10 * MINUTE)
    fired = {
        key: [firing.event_time.minute for firing in Firing.objects.filter(rule__key=key).order_by("event_time")]
        for key in ("gold", "no-tier")
    }
    assert fired == {"gold": [1, 4], "no-tier": [0, 3]}
    for rule in Rule.objects.select_related("live"):
        assert replay(rule).result["recorded"]["only_replayed"] == 0


def _told_then_bought(workspace, tier, at):
    return tell(workspace, "u", tier, at), row(workspace.pk, user="u", properties={"amount": 1}, at=at)


def test_the_difference_to_the_live_version_is_counted_and_shown(workspace):
    rule = given.rule(workspace)
    rows = [row(workspace.pk, user=f"u{n % 3}", properties={"amount": 50 * n}) for n in range(6)]
    happen(workspace, *rows, at=NOON)
    before = _rows()
    draft = way.draft(workspace, **{"if": {"property": "amount", "is": "between", "value": [50, 150]}})
    job = replay(draft.rule, "draft", definition=draft.definition)
    told = job.result
    assert (job.state, told["events"], told["fired"], told["people"]) == ("done", 6, 3, 3)
    assert told["live"] == {"version": 1, "fired": 3, "people": 3, "added": 2, "removed": 2}
    assert (told["days"], told["per_day"]) == ({"2026-03-02": 3}, 3.0)
    assert [len(told["examples"][kind]) for kind in ("added", "removed", "kept")] == [2, 2, 1]
    removed = told["examples"]["removed"][0]
    assert (removed["verdict"]["held"], removed["verdict"]["actual"] in (200, 250)) == (False, True)
    assert told["seconds"] >= 0
    assert _rows() == before
    assert rule.live_id == Rule.objects.get().live_id
    step = replay_step(find_draft(workspace.pk, rule.key))
    assert (step.state, step.said) == ("passed", "would have fired 3 times for 3 people on 6 events")
    later = way.draft(workspace, revision=1, **way.above(1))
    assert replay_step(later).state == "skipped"


def _rows():
    return Firing.objects.count(), Action.objects.count(), entries(None).count()


@pytest.mark.parametrize(
    ("controls", "fired"),
    [
        ({"cooldown": "10m"}, 3),
        ({"max_firings": {"per_subject": 2}}, 4),
        ({"expires": "2026-03-02T12:05:00Z"}, 10),
        ({"rollout": 0}, 0),
        ({"exclusive": "group", "max_firings": {"in_all": 1}}, 20),
    ],
)
def test_what_steers_a_rule_steers_its_replay_as_it_did_live(workspace, controls, fired):
    rule = given.rule(workspace, **controls)
    for n in range(10):
        at = NOON + n * MINUTE
        rows = [row(workspace.pk, user=user, properties={"amount": 500}, at=at) for user in ("u", "v")]
        happen(workspace, *(rows if n != 9 else []), at=at)
    happen(
        workspace, row(workspace.pk, user="u", properties={"amount": 500}, at=NOON + 30 * MINUTE), at=NOON + DAY / 24
    )
    happen(workspace, row(workspace.pk, user="w", properties={"amount": 5}, at=NOON), at=NOON + DAY / 24)
    told = replay(rule).result
    live = Firing.objects.count()
    if "exclusive" in controls:
        assert told["not_replayed_controls"] == ["exclusive", "max_firings.in_all"]
        return
    assert (told["fired"], told["recorded"]["only_replayed"]) == (live, 0)
    assert told["fired"] == fired
    assert told["held_back"] == 19 - fired


def test_only_those_who_were_asked_for_and_only_the_period(workspace):
    given.rule(workspace)
    members = {"key": "picked", "kind": "static"}
    segments.define(workspace.pk, members, actor=factories.actor(), now=NOON)
    rows = [row(workspace.pk, user=f"u{n}", properties={"amount": 500}, at=NOON + n * MINUTE) for n in range(5)]
    happen(workspace, *rows, at=NOON + 5 * MINUTE)
    rule = Rule.objects.select_related("live").get()
    some = tuple(derived(workspace.pk, "user", f"u{n}") for n in (1, 3))
    assert replay(rule, people=some).result["fired"] == 2
    assert replay(rule, since=NOON + MINUTE, until=NOON + 3 * MINUTE).result["fired"] == 2
    assert replay(rule, segment="picked").result["fired"] == 0


def test_what_live_never_judged_is_not_replayed(workspace):
    given.rule(workspace)
    put(row(workspace.pk, user="late", properties={"amount": 500}, at=NOON), at=NOON + DAY)
    put(row(workspace.pk, user="file", properties={"amount": 500}, context={"signalbox_import": "1"}))
    put(row(factories.workspace().pk, user="stranger", properties={"amount": 500}))
    happen(workspace, row(workspace.pk, user="u", properties={"amount": 500}), at=NOON)
    told = replay(Rule.objects.select_related("live").get()).result
    assert (told["events"], told["fired"]) == (1, 1)


def test_a_replay_can_be_cancelled_and_says_how_far_it_was(workspace, monkeypatch):
    rule = given.rule(workspace)
    happen(workspace, *(row(workspace.pk, user=f"u{n}", properties={"amount": 500}) for n in range(5)), at=NOON)
    monkeypatch.setattr("audiences.intake.scanning.AT_ONCE", 2)
    judged = replaying.Replay._judge_alone

    def cancels(self, batch):
        done = judged(self, batch)
        for job in Job.objects.filter(state="running"):
            jobs.cancel(workspace.pk, job.pk, actor=factories.actor(), now=NOON)
        return done

    monkeypatch.setattr(replaying.Replay, "_judge_alone", cancels)
    job = replay(rule)
    assert (job.state, job.result["events"]) == ("cancelled", 2)


def test_a_draft_that_cannot_be_tried_is_not_replayed(workspace, monkeypatch):
    rule = given.rule(workspace)
    with pytest.raises(InputRefused):
        replay(rule, until=NOON)
    with pytest.raises(InputRefused):
        replay(rule, definition={"key": "x"})

    def refuse(definitions, *, beside):
        raise InputRefused([Problem(path="/if", message="the rule engine failed on it (signal 11)")])

    monkeypatch.setattr("campaigns.rules.publishing.checking.pass_together", refuse)
    job = replay(rule)
    assert job.state == "failed"
    assert "signal 11" in job.problem


def test_a_job_that_waits_or_failed_is_told_at_the_gate(workspace):
    draft = way.draft(workspace)
    asked = Asked(definition=draft.definition, of="draft", since=NOON, until=NOON + DAY)
    job = start_replay(draft.rule, asked, actor=factories.actor(), now=NOON)
    waiting = replay_step(find_draft(workspace.pk, "big-basket"))
    assert (waiting.state, waiting.details["job_id"]) == ("warned", str(job.pk))
    made = publish(workspace.pk, "big-basket", revision=1, actor=factories.actor(), now=NOON)
    assert [step.state for step in made.steps if step.name == "replay"] == ["warned"]
