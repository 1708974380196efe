"""The page of one person: masked until there is a reason, notes, stopping contact, why not a journey."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from audiences.intake.models import EventKind
from campaigns.delivery.models import Delivery
from campaigns.flows.definitions import define, publish
from compliance import audit
from compliance.consent.consents import consents_of
from compliance.consent.suppressions import suppressed
from config.kit import clock
from tests import factories
from tests.audiences.events import come, row
from tests.console.shop import FRUGAL, NO_CONSENT, THANKED, open_shop
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    with clock.at(NOON):
        yield open_shop(NOON)


@pytest.fixture
def member(shop, client):
    client.force_login(shop.user)
    return client


def text(answer):
    return " ".join(answer.content.decode().split())


def identify(shop, at=NOON, **traits):
    come(row(shop.workspace.pk, user=THANKED, kind=EventKind.IDENTIFY, name="identify", at=at, properties=traits))


def test_details_are_masked_until_a_reason_is_given(shop, member):
    address = reverse("person", args=[shop.person(THANKED)])
    ask = reverse("person-unmask", args=[shop.person(THANKED)])
    mail = f"{THANKED}@example.com"
    assert mail not in text(member.get(address))
    assert mail not in text(member.get(address + "json/"))
    refused = member.post(ask, {"reason": "no"})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in text(refused)
    assert mail in text(member.post(ask, {"reason": "asked for a receipt"}, follow=True))
    assert member.get(address + "json/").json()["traits"]["email"] == mail
    assert audit.entries(shop.workspace.pk, action="person.unmasked").get().payload["reason"] == "asked for a receipt"
    with clock.at(NOON + timedelta(minutes=16)):
        assert mail not in text(member.get(address))


def test_another_persons_details_stay_masked(shop, member):
    member.post(reverse("person-unmask", args=[shop.person(THANKED)]), {"reason": "asked for a receipt"})
    assert f"{FRUGAL}@example.com" not in text(member.get(reverse("person", args=[shop.person(FRUGAL)])))


def test_a_note_is_kept_escaped_and_not_told_to_the_trail(shop, member):
    person = shop.person(THANKED)
    written = "Prefers tea <script>alert(1)</script> 🍵"
    shown = text(member.post(reverse("person-note", args=[person]), {"text": written}, follow=True))
    assert "Prefers tea &lt;script&gt;" in shown
    assert "tea" not in str(audit.entries(shop.workspace.pk, action="person.noted").get().payload)
    for wrong in ("", "x" * 2001):
        assert member.post(reverse("person-note", args=[person]), {"text": wrong}).status_code == 422


@pytest.mark.parametrize(("way", "listed"), [("unsubscribe", 0), ("suppress", 1)])
def test_contact_is_stopped_with_its_source(shop, member, way, listed):
    person = shop.person(THANKED)
    member.post(reverse("person-contact", args=[person]), {"way": way})
    states = {(each.channel, each.state, each.source) for each in consents_of(shop.workspace.pk, person)}
    assert ("email", "withdrawn", "console") in states
    assert len(suppressed(shop.workspace.pk, "email", [f"{THANKED}@example.com"])) == listed
    assert member.post(reverse("person-contact", args=[person]), {"way": "shout"}).status_code == 422


@pytest.mark.parametrize("form", ["note", "unmask", "contact"])
def test_viewers_have_no_forms(shop, client, form):
    client.force_login(shop.viewer)
    address = reverse(f"person-{form}", args=[shop.person(THANKED)])
    assert (client.get(address).status_code, client.post(address).status_code) == (403, 403)
    assert "Stop contact" not in text(client.get(reverse("person", args=[shop.person(THANKED)])))


def test_a_trait_shows_since_when_and_what_it_was(shop, member):
    identify(shop, at=NOON - timedelta(days=3), city="Lima")
    identify(shop, at=NOON - timedelta(days=2), city="Lima")
    identify(shop, at=NOON - timedelta(days=1), city="Oslo")
    shown = text(member.get(reverse("person", args=[shop.person(THANKED)])))
    assert "Oslo" in shown
    assert "1 value before" in shown
    assert shown.count("<li>Lima") == 1


def why(member, person, journey, until="2026-03-02"):
    return text(member.get(reverse("person-why", args=[person]), {"journey": journey, "until": until}))


def test_many_rules_are_told_when_asked_for(shop, member, monkeypatch):
    monkeypatch.setattr("campaigns.overview.person_views.MOST_RULES", 0)
    here, rule = reverse("person-why", args=[shop.person(NO_CONSENT)]), reverse("rule", args=["big-basket"])
    few = text(member.get(here))
    assert "1 more rule" in few
    assert rule not in few
    assert rule in text(member.get(here, {"all": "1"}))


def test_why_not_names_the_check_that_stopped_the_message(shop, member):
    answer = why(member, shop.person(NO_CONSENT), "thank-you")
    assert "Blocked: " in answer.partition('id="why-not"')[2]


def test_why_not_names_the_condition_of_the_rule(shop, member):
    answer = why(member, shop.person(FRUGAL), "thank-you").partition('id="why-not"')[2]
    assert "Never eligible, because the rule “big-basket” did not match" in answer


def test_why_not_says_what_never_happened(shop, member):
    answer = why(member, shop.person(FRUGAL), "win-back")
    assert "they never did “segment.left” by then" in answer


def test_why_not_before_anything_happened(shop, member):
    answer = why(member, shop.person(THANKED), "thank-you", until="2020-01-01")
    assert "no rule that starts it listens to what they did by then" in answer


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"on": "api"}, "only another system starts this journey"),
        ({"on": "segment", "segment": "loyal"}, "loyal"),
        ({"on": "event", "event": "purchase"}, "before this version of the journey was live"),
        ({"on": "rule"}, "no live rule starts this journey"),
    ],
)
def test_why_not_for_each_kind_of_entry(shop, member, entry, said):
    raw = {"key": "new", "entry": entry, "nodes": {"done": {"do": "exit"}}}
    later = NOON + timedelta(minutes=1)
    flow = define(shop.workspace.pk, raw, actor=factories.actor(), now=later)
    assert "the journey is not live: draft" in why(member, shop.person(FRUGAL), "new")
    publish(flow, actor=factories.actor(), now=later)
    assert said in why(member, shop.person(FRUGAL), "new").partition('id="why-not"')[2]


def test_nonsense_in_the_question_is_no_error(shop, member):
    assert "why-not" not in why(member, shop.person(FRUGAL), "' or 1=1", until="never")


def test_journeys_now_and_how_often(shop, member):
    person = shop.person(THANKED)
    assert "In no journey now" in text(member.get(reverse("person-now", args=[person])))
    assert Delivery.objects.filter(person_id=person, state="sent").count() == 1
    shown = text(member.get(reverse("person-frequency", args=[person])))
    assert '<td class="num">1</td>' in shown
    assert "No frequency cap is set" in shown


ENTRY = re.compile(r'<article class="entry" id="([a-z]+)-([^"]+)">.*?<x-copy class="trace" value="([^"]+)"', re.DOTALL)


def entries(member, person, **wanted):
    """Return kind, id and trace id of what the timeline shows, newest first."""
    return ENTRY.findall(member.get(reverse("person-story", args=[person]), wanted).content.decode())


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        ({"channel": "email"}, ["message"]),
        ({"channel": "null"}, []),
        ({"journey": "thank-you"}, ["message", "run"]),
        ({"journey": "thank-you", "only": "flows"}, ["run"]),
        ({"journey": "thank-you", "only": "events"}, []),
        ({"journey": "win-back"}, []),
    ],
)
def test_a_timeline_is_narrowed_by_channel_and_journey(shop, member, wanted, kinds):
    found = entries(member, shop.person(THANKED), **wanted)
    assert sorted(kind for kind, _key, _trace in found if kind != "end") == kinds


def test_a_filter_that_names_nothing_is_none(shop, member):
    person = shop.person(THANKED)
    everything = entries(member, person)
    assert {"event", "firing", "run", "message"} <= {kind for kind, _key, _trace in everything}
    assert entries(member, person, only="x", channel="pigeon", journey="' or 1=1") == everything


def test_a_match_has_the_trace_id_of_the_event_that_caused_it(shop, member):
    found = entries(member, shop.person(THANKED))
    events = {key: trace for kind, key, trace in found if kind == "event"}
    caused = [trace for kind, _key, trace in found if kind == "firing"]
    assert caused
    assert {events[trace] for trace in caused} == set(caused)


def test_an_answer_to_why_names_the_version_of_the_rule_and_the_event_judged(shop, member):
    person = shop.person(THANKED)
    events = [key for kind, key, _trace in entries(member, person, only="events")]
    shown = text(member.get(reverse("person-why", args=[person])))
    rule = shown.partition(reverse("rule", args=["big-basket"]))[2].partition("</li>")[0]
    assert ">v1</span>" in rule
    assert re.search(r'<x-copy class="trace" value="([^"]+)"', rule)[1] in events
