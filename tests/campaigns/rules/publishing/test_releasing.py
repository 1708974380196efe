"""From the draft to live and back: through every step of the gate, and exactly one of two who try."""

import gc
import resource
import threading
from pathlib import Path

import pytest
from django.db import connection

from audiences.conditions import EventFact, Facts
from campaigns.rules import gate
from campaigns.rules.form import parse_rule
from campaigns.rules.live import rule_set
from campaigns.rules.models import Rule, RuleSetStamp, RuleVersion
from campaigns.rules.publishing.cases import delete_case, save_case
from campaigns.rules.publishing.drafts import find_draft
from campaigns.rules.publishing.models import RuleDraft
from campaigns.rules.publishing.releasing import publish, roll_back
from campaigns.rules.publishing.storing import How, store
from compliance.audit import entries
from config.kit.errors import Conflict, InputRefused
from tests import factories
from tests.campaigns.rules import given
from tests.campaigns.rules.publishing import way
from tests.factories import NOON


def go_live(workspace, revision=1, key="big-basket", by=None, **more):
    return publish(workspace.pk, key, revision=revision, actor=by or factories.actor(), now=NOON, **more)


def back(workspace, **more):
    return roll_back(workspace.pk, "big-basket", actor=factories.actor(), now=NOON, **more)


@pytest.mark.django_db
@pytest.mark.usefixtures("gate_in_process")
class TestPublishing:
    def test_a_draft_passes_every_step_and_is_live(self, workspace):
        way.draft(workspace)
        made = go_live(workspace, note="why not")
        assert [(step.name, step.state) for step in made.steps] == [
            ("form", "passed"),
            ("references", "passed"),
            ("static", "passed"),
            ("cases", "skipped"),
            ("trial", "passed"),
            ("replay", "skipped"),
        ]
        assert made.steps[4].details["situations"] == gate.SITUATIONS
        assert (made.rule.live.number, made.rule.live.note, made.rule.live.author) == (1, "why not", "Ada Operator")
        assert not RuleDraft.objects.exists()
        assert entries(workspace.pk)[0].action == "rule.published"
        assert [rule.key for rule in rule_set(workspace.pk).rules.values()] == ["big-basket"]

    def test_what_has_problems_stays_a_draft(self, workspace):
        way.draft(workspace, then=[{"start_flow": "nowhere"}])
        with pytest.raises(InputRefused, match="nowhere"):
            go_live(workspace)
        assert find_draft(workspace.pk, "big-basket").revision == 1
        assert not RuleVersion.objects.exists()

    def test_an_edited_draft_is_not_what_was_seen(self, workspace):
        way.draft(workspace)
        way.draft(workspace, revision=1, **way.above(5))
        with pytest.raises(Conflict, match="revision 2"):
            go_live(workspace, revision=1)

    def test_a_failing_test_case_keeps_it_from_going_live_until_it_is_mended(self, workspace):
        draft = way.draft(workspace)
        case = save_case(draft.rule, way.case(amount=50), actor=factories.actor(), now=NOON)
        with pytest.raises(InputRefused, match="does not fire") as caught:
            go_live(workspace)
        assert caught.value.problems[0].path == "/cases/a big one"
        delete_case(draft.rule, case.pk, actor=factories.actor(), now=NOON)
        assert go_live(workspace).rule.live.number == 1

    def test_a_draft_that_was_begun_from_an_older_version_says_what_came_between(self, workspace):
        given.rule(workspace)
        draft = way.draft(workspace, **way.above(7))
        given.rule(workspace, name="Grown")
        with pytest.raises(Conflict, match="Version 2 is live by now, the draft was begun from version 1") as caught:
            go_live(workspace)
        assert [problem.path for problem in caught.value.problems] == ["/name"]
        way.save_draft(
            workspace.pk, "big-basket", draft.definition, revision=1, base=2, actor=factories.actor(), now=NOON
        )
        assert go_live(workspace, revision=2).rule.live.number == 3

    def test_the_second_who_publishes_the_same_draft_is_told(self, workspace):
        way.draft(workspace)
        go_live(workspace)
        with pytest.raises(Conflict, match="published or discarded"):
            go_live(workspace)

    def test_rolling_back_is_one_call_and_a_pointer(self, workspace):
        first = given.rule(workspace).live
        given.rule(workspace, **way.above(7))
        stamp = RuleSetStamp.objects.get().stamp
        rule = back(workspace, reason="fires too often")
        assert rule.live == first
        assert RuleVersion.objects.count() == 2
        assert RuleSetStamp.objects.get().stamp != stamp
        entry = entries(workspace.pk)[0]
        assert (entry.action, entry.payload["version"]) == ("rule.rolled_back", 1)
        assert entry.payload["note"] == "fires too often"
        assert given.rule(workspace, **way.above(8)).live.number == 3
        assert back(workspace, to=2, live=3).live.number == 2

    @pytest.mark.parametrize(
        ("more", "refusal"), [({}, InputRefused), ({"to": 7}, InputRefused), ({"to": 1}, Conflict)]
    )
    def test_there_must_be_something_to_go_back_to(self, workspace, more, refusal):
        given.rule(workspace)
        with pytest.raises(refusal):
            back(workspace, **more)
        with pytest.raises(Conflict, match="by now"):
            back(workspace, live=4)
        with pytest.raises(Rule.DoesNotExist):
            roll_back(workspace.pk, "nobody", actor=factories.actor(), now=NOON)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("gate_in_process")
def test_of_eight_who_publish_one_draft_at_once_exactly_one_wins(workspace):
    way.draft(workspace)
    ends, start = [], threading.Barrier(8)

    def attempt():
        start.wait()
        try:
            with gate.in_this_process():
                ends.append(go_live(workspace).rule.live.number)
        except Conflict as conflict:
            ends.append(str(conflict))
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ends) == 8
    assert [end for end in ends if end == 1] == [1]
    assert RuleVersion.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("gate_in_process")
def test_a_worker_with_an_old_version_notices_with_its_next_batch(workspace):
    """The worker is a thread with its own connection and its own program; the publisher never speaks to it."""
    given.rule(workspace)
    seen, asked, told = [], threading.Semaphore(0), threading.Semaphore(0)

    def worker():
        for _ in range(3):
            asked.acquire()
            seen.append([rule.number for rule in rule_set(workspace.pk).rules.values()])
            told.release()
        connection.close()

    thread = threading.Thread(target=worker)
    thread.start()
    for change in (None, way.above(7), "back"):
        if change == "back":
            back(workspace)
        elif change:
            given.rule(workspace, **change)
        asked.release()
        told.acquire()
    thread.join()
    assert seen == [[1], [2], [1]]


@pytest.mark.slow
@pytest.mark.django_db
def test_publishing_again_and_again_costs_a_worker_no_memory(workspace):
    """Fifty rules, one of which is published anew before each batch: the worker swaps its program every time."""
    now, actor = NOON, factories.actor()

    def form(number, limit):
        raw = given.raw_rule(f"r{number}", **way.above(limit))
        return parse_rule({**raw, "then": [{"start_flow": "thanks"}]})

    def publishes(first, count):
        for n in range(first, first + count):
            store(workspace.pk, [form(n % 50, n)], How(action="rule.published", actor=actor), now=now)
            rules = rule_set(workspace.pk)
            event = EventFact(name="buy", at=NOON, properties={"amount": n + 0.5})
            assert len(rules.matcher.match(event, Facts(now=NOON, traits={}, event=event))) == len(rules.rules)

    publishes(0, 100)
    gc.collect()
    before = _resident()
    publishes(100, 200)
    gc.collect()
    assert _resident() - before < 1 << 20


def _resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
