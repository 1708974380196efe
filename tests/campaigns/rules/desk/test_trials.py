"""Pages that try rules: an event that somebody wrote, tests over the last events, what cannot be asked."""

import pytest
from django.urls import reverse

from campaigns.rules.publishing.drafts import save_draft
from compliance import jobs
from compliance.access.models import Member
from config.kit import clock
from tests import factories
from tests.audiences.events import put, row
from tests.campaigns.rules.tables.test_pages import TABLE

pytestmark = pytest.mark.django_db
RULE = {"on": ["order_paid"], "if": {"property": "amount", "is": "gte", "value": 5}, "then": [{"add_label": "buyer"}]}


@pytest.fixture
def workspace():
    return factories.workspace()


@pytest.fixture
def member(client, workspace):
    client.force_login(factories.user(workspace))
    return client


def draft(workspace, key, definition):
    return save_draft(workspace.pk, key, definition, revision=0, actor=factories.actor(), now=clock.now())


def tell(workspace, amounts):
    now = clock.now()
    events = [
        row(workspace.pk, user=f"u-{n}", name="order_paid", at=now, properties={"amount": amount})
        for n, amount in enumerate(amounts)
    ]
    put(*events, at=now)


def test_an_event_is_tried_on_a_table_and_the_row_is_shown(member, workspace):
    draft(workspace, "labels", {**TABLE})
    sent = {"event": "order_paid", "properties": '{"amount": 120}', "traits": '{"city": "Rome"}', "version": "draft"}
    shown = member.post(reverse("rule-try", args=["labels"]), sent).content.decode()
    assert "It would match" in shown
    assert '<tr class="hit"><th scope="row">1</th>' in shown


@pytest.mark.parametrize("wrong", [{"properties": "{"}, {"properties": "[]"}, {"event": ""}, {"traits": "7"}])
def test_what_is_no_event_is_refused_with_what_was_typed(member, workspace, wrong):
    draft(workspace, "buyers", RULE)
    sent = {"event": "order_paid", "properties": "{}", "traits": "{}", "version": "draft", **wrong}
    assert member.post(reverse("rule-try", args=["buyers"]), sent).status_code == 422


def test_a_viewer_tries_and_starts_no_test(client, workspace):
    draft(workspace, "buyers", RULE)
    client.force_login(factories.user(workspace, role=Member.Role.VIEWER))
    sent = {"event": "order_paid", "properties": '{"amount": 9}', "version": "draft"}
    assert client.post(reverse("rule-try", args=["buyers"]), sent).status_code == 200
    assert client.post(reverse("rule-test-start", args=["buyers"]), {"last": "100"}).status_code == 403


def test_only_the_last_events_are_judged(member, workspace):
    draft(workspace, "buyers", RULE)
    tell(workspace, [9] * 30)
    tell(workspace, [9, 1] * 50)
    member.post(reverse("rule-test-start", args=["buyers"]), {"over": "last", "last": "100", "version": "draft"})
    jobs.run_all()
    (job,) = jobs.jobs(workspace.pk, kind="rules.replay")
    assert (job.state, job.result["events"], job.result["fired"]) == ("done", 100, 50)
    assert "events judged" in member.get(reverse("rule-test", args=["buyers"])).content.decode()


@pytest.mark.parametrize("asked", [{"last": "99"}, {"last": "10001"}, {"last": "x"}, {"over": "period", "since": "?"}])
def test_what_cannot_be_tested_starts_nothing(member, workspace, asked):
    draft(workspace, "buyers", RULE)
    tell(workspace, [9])
    member.post(reverse("rule-test-start", args=["buyers"]), {"version": "draft", **asked})
    assert not jobs.jobs(workspace.pk).exists()
