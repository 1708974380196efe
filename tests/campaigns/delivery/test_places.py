"""Places in the gate: empty ones say so, taken ones judge, broken ones hold."""

import pytest

from campaigns.delivery import places
from campaigns.delivery.drain import drain
from campaigns.delivery.gate import CHECKS
from campaigns.delivery.verdicts import Verdict
from tests.campaigns.delivery.world import NOON, state_of, verdicts_of


@pytest.fixture(autouse=True)
def empty(monkeypatch):
    monkeypatch.setattr(places, "_taken", {})


def verdict(**given):
    return Verdict(**{"check": "stock", "passed": False, "rule": "in stock", "reason": "sold_out", **given})


def test_empty_places_say_that_nothing_is_set(brand, nobody):
    message = brand.delivery()
    drain(NOON)
    kept = verdicts_of(message)
    assert state_of(message) == ("sent", "")
    assert [(name, kept[name]["passed"], kept[name]["value"]) for name in places.PLACES] == [
        ("approval", True, "none set"),
        ("policy", True, "none set"),
        ("stock", True, "none set"),
    ]


@pytest.mark.parametrize("place", places.PLACES)
def test_who_takes_a_place_stops_messages_there_whatever_the_order_of_taking(brand, nobody, place):
    given = {"check": place, "value": 0, "limit": 1}
    places.occupy(place, lambda _claimed, _readings: verdict(**given))
    message = brand.delivery()
    drain(NOON)
    assert (state_of(message), nobody.sent) == (("blocked", "sold_out"), [])
    assert (verdicts_of(message)[place]["value"], verdicts_of(message)[place]["limit"]) == (0, 1)
    assert list(verdicts_of(message)) == [name for name, _check in CHECKS]


@pytest.mark.parametrize("answer", [None, True, verdict(check="cap", passed=True)])
def test_what_is_no_verdict_of_the_place_holds_the_message(brand, nobody, answer):
    places.occupy("stock", lambda _claimed, _readings: answer)
    message = brand.delivery()
    drain(NOON)
    assert (state_of(message), nobody.sent) == (("held", "dependency"), [])
    assert verdicts_of(message)["stock"]["value"] == "TypeError"


def test_a_place_is_taken_once_and_only_if_there_is_one():
    places.occupy("policy", lambda _claimed, _readings: verdict(check="policy"))
    with pytest.raises(ValueError, match="taken already"):
        places.occupy("policy", lambda _claimed, _readings: verdict(check="policy"))
    with pytest.raises(ValueError, match="approval, policy, stock"):
        places.occupy("weather", lambda _claimed, _readings: verdict(check="weather"))
