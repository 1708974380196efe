"""The outline: what can be done to a draft without a canvas, and its way to be live."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from campaigns.flows.canvas.drafts import find_draft, problems, save, shown
from campaigns.flows.canvas.models import FlowDraft
from campaigns.flows.canvas.shaping import added, connected, dropped, in_order, moved
from campaigns.flows.canvas.telling import by_node
from campaigns.flows.lookups import find_flow
from campaigns.flows.models import Flow
from campaigns.rules.publishing.policy import set_policy
from compliance.access.models import Member
from config.kit.errors import InputRefused
from tests import factories
from tests.campaigns.flows.world import World, journey, world

KEY = "welcome"


@pytest.fixture
def brand(db) -> World:
    return world()


@pytest.fixture
def desk(brand) -> Client:
    client = Client()
    client.force_login(factories.user(brand.workspace))
    return client


def begin(desk: Client, name: str = "Welcome") -> None:
    answer = desk.post(reverse("flow-new"), {"name": name, "event": "sign_up"})
    assert answer.status_code == 302


def draft(brand: World) -> FlowDraft:
    found = find_draft(brand.workspace.pk, KEY)
    assert found is not None
    return found


def shape(desk: Client, brand: World, **asked: str):
    return desk.post(reverse("flow-outline", args=[KEY]), {"revision": draft(brand).revision, **asked}, follow=True)


def order(brand: World) -> list[str]:
    return in_order(draft(brand).definition)


def test_a_journey_is_made_from_nothing_moved_about_and_goes_live(brand, desk):
    begin(desk)
    shape(desk, brand, do="add", kind="wait", at="|")
    shape(desk, brand, do="add", kind="send", at="wait-1|next")
    assert order(brand) == ["wait-1", "send-1", "end"]
    answer = desk.post(
        reverse("flow-node", args=[KEY, "send-1"]),
        {"was": was(desk, "send-1"), "channel": "email", "template": "hello", "to-next": "end", "save": "1"},
    )
    assert answer.status_code == 302
    shape(desk, brand, do="move", node="send-1", at="|")
    assert order(brand) == ["send-1", "wait-1", "end"]
    shape(desk, brand, do="add", kind="exit", at="wait-1|next")
    shape(desk, brand, do="lead", node="wait-1", port="next", to="exit-1")
    shape(desk, brand, do="drop", node="end")
    assert not problems(brand.workspace.pk, draft(brand).definition)
    page = desk.post(
        reverse("flow-decide", args=[KEY]), {"do": "publish", "revision": draft(brand).revision}, follow=True
    )
    assert "is live" in page.content.decode()
    flow = find_flow(brand.workspace.pk, KEY)
    assert flow.state == Flow.State.LIVE
    assert flow.live.definition["nodes"]["send-1"]["template"] == "hello"
    assert find_draft(brand.workspace.pk, KEY) is None


def was(desk: Client, name: str) -> str:
    return desk.get(reverse("flow-node", args=[KEY, name])).context["was"]


def test_a_draft_that_is_not_ready_is_told_by_node_and_does_not_go_live(brand, desk):
    begin(desk)
    shape(desk, brand, do="add", kind="send", at="|")
    page = desk.get(reverse("flow-release", args=[KEY])).content.decode()
    assert "send-1" in page
    assert "template is missing" in page
    page = desk.post(
        reverse("flow-decide", args=[KEY]), {"do": "publish", "revision": draft(brand).revision}, follow=True
    )
    assert "template is missing" in page.content.decode()
    assert find_flow(brand.workspace.pk, KEY).live is None


def test_what_is_wrong_is_said_in_the_readers_language():
    raw = {**journey(), "first": "start", "nodes": {"start": {"do": "send", "channel": "email", "next": "nowhere"}}}
    with override("zh-hans"):
        assert by_node(problems(1, raw)) == {"start": ["节点 'start'：缺少 template · 请补上"]}


def test_cases_of_a_branch_are_added_and_taken_out_with_where_they_lead(brand, desk):
    begin(desk)
    shape(desk, brand, do="add", kind="branch", at="|")
    address = reverse("flow-node", args=[KEY, "branch-1"])
    sent = {"was": was(desk, "branch-1"), "cases": "1", "to-cases/0/next": "end", "to-else": "end"}
    page = desk.post(address, sent | {"do": "case:add"})
    assert page.content.decode().count('class="deed"') == 2
    page = desk.post(address, sent | {"cases": "2", "to-cases/1/next": "branch-1", "do": "case:drop:0"})
    assert page.context["form"].targets == {"else": "end", "cases/0/next": "branch-1"}


def test_who_saves_on_another_revision_loses_nothing_of_the_others(brand, desk):
    begin(desk)
    answer = desk.post(
        reverse("flow-outline", args=[KEY]), {"revision": "7", "do": "add", "kind": "wait", "at": "|"}, follow=True
    )
    assert "Somebody else saved" in answer.content.decode()
    assert order(brand) == ["end"]


def test_a_node_changed_by_somebody_else_is_not_written_over_unseen(brand, desk):
    begin(desk)
    shape(desk, brand, do="add", kind="wait", at="|")
    mine = {"was": was(desk, "wait-1"), "how": "for", "for": "2d", "to-next": "end"}
    flow = find_flow(brand.workspace.pk, KEY)
    document = shown(flow)
    document["definition"]["nodes"]["wait-1"]["for"] = "5d"
    save(flow, document, revision=draft(brand).revision, actor=factories.actor(), now=brand.now)
    answer = desk.post(reverse("flow-node", args=[KEY, "wait-1"]), mine)
    assert answer.status_code == 409
    assert draft(brand).definition["nodes"]["wait-1"]["for"] == "5d"
    answer = desk.post(reverse("flow-node", args=[KEY, "wait-1"]), mine | {"was": answer.context["was"]})
    assert draft(brand).definition["nodes"]["wait-1"]["for"] == "2d"


def test_where_review_is_asked_for_the_maker_cannot_approve_and_another_can(brand, desk):
    other = factories.user(brand.workspace)
    set_policy(brand.workspace.pk, {"review": True}, actor=factories.actor(), now=brand.now)
    begin(desk)
    address = reverse("flow-decide", args=[KEY])
    given = {"revision": draft(brand).revision}
    assert desk.post(address, given | {"do": "publish"}).status_code == 403
    desk.post(address, given | {"do": "hand-in"})
    page = desk.get(reverse("flow-release", args=[KEY])).content.decode()
    assert "somebody else has to decide" in page
    assert 'value="publish"' not in page
    assert desk.post(address, given | {"do": "publish"}).status_code == 403
    reviewer = Client()
    reviewer.force_login(other)
    reviewer.post(address, given | {"do": "publish"})
    assert find_flow(brand.workspace.pk, KEY).state == Flow.State.LIVE


def test_who_enters_and_leaves_is_set_in_a_form(brand, desk):
    begin(desk)
    desk.post(
        reverse("flow-start", args=[KEY]),
        {"name": "Hi", "on": "event", "event": "sign_up", "exits": "quit、gone", "goal": "purchase", "within": "7d"}
        | {"holdout": "5", "again": "on", "after": "30d"},
    )
    definition = draft(brand).definition
    assert definition["exit"] == [{"event": "quit"}, {"event": "gone"}]
    assert (definition["holdout"], definition["goal"]) == (0.05, {"event": "purchase", "within": "7d"})
    assert definition["entry"]["reentry"] == {"allowed": True, "after": "30d"}


def test_viewers_and_strangers_change_nothing(brand, desk):
    begin(desk)
    viewer, stranger = Client(), Client()
    viewer.force_login(factories.user(brand.workspace, role=Member.Role.VIEWER))
    stranger.force_login(factories.user(factories.workspace()))
    for name in ("flow-outline", "flow-start"):
        assert viewer.get(reverse(name, args=[KEY])).status_code == 403
        assert stranger.get(reverse(name, args=[KEY])).status_code == 404


def test_what_is_deleted_hands_its_place_to_what_follows():
    raw = {**journey(), "first": "start"}
    more, name = added(raw, "wait", after="start", port="next")
    assert in_order(more) == ["start", name, "done"]
    assert dropped(more, name)["nodes"] == raw["nodes"]
    assert dropped(raw, "start")["first"] == "done"
    assert in_order(moved(more, name, after="", port="")) == [name, "start", "done"]
    with pytest.raises(InputRefused):
        connected(raw, "start", "next", "nowhere")
