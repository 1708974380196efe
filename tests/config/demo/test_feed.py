"""The feed's parts, against a real server: what it sends is accepted, and sending it again adds nothing."""

from datetime import UTC, datetime

import pytest

from audiences.intake.models import Event, Refusal
from campaigns.flows.models import Flow
from compliance.access.keys import SCOPES
from compliance.consent.models import Consent, Suppression
from config.demo import history
from config.demo.baskets import Year, read_year
from config.demo.definitions import define
from config.demo.feed import _anchor, _fed_before, _lapsing
from config.demo.households import Standing, households
from config.demo.wire import Api, ApiRefused
from tests.factories import api_key, workspace

pytestmark = pytest.mark.django_db(transaction=True)
ANCHOR = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def api(live_server):
    brand = workspace(brand={"name": "Brand", "name_zh": "牌", "address": "here"})
    return Api(live_server.url, write_key=api_key(brand), secret_key=api_key(brand, *SCOPES))


@pytest.fixture(scope="module")
def year():
    whole = read_year(days=32)
    return Year(history=whole.history[:700], lapsing=whole.lapsing[:20], live=whole.live[:5], end=whole.end)


def test_the_definitions_are_accepted_published_and_anchor_the_times(api):
    assert define(api) == define(api) == 8
    assert set(Flow.objects.values_list("key", "state")) == {("thank-you", "live"), ("win-back", "live")}
    assert abs((_anchor(api) - datetime.now(UTC)).total_seconds()) < 60


def test_the_history_is_accepted_and_adds_nothing_the_second_time(api, year):
    people = households({basket.household for basket in year.history})
    total = len(people) + len(year.history)
    for _ in range(2):
        history.send(api, history.calls(year, people, anchor=ANCHOR), total=total)
        assert Event.objects.count() == total
    assert not Refusal.objects.exists()
    assert not _fed_before(api, year)
    history.send_batch(api, [_lapsing(year, basket, ANCHOR, 45) for basket in year.lapsing])
    assert _fed_before(api, year)


def test_decisions_and_suppressions_arrive(api, year):
    people = households(set(range(1, 301)))
    for _ in range(2):
        history.send_decisions(api, people, at=ANCHOR)
    standings = [household.standing for household in people]
    assert Consent.objects.filter(state="withdrawn").count() == standings.count(Standing.WITHDRAWN)
    assert Consent.objects.count() == len(people) - standings.count(Standing.NEVER_ASKED)
    assert Suppression.objects.count() == standings.count(Standing.BOUNCED) + standings.count(Standing.COMPLAINED)


def test_a_refusal_stops_the_feed_with_the_apis_own_words(api, live_server):
    with pytest.raises(ApiRefused, match="422"):
        api.send("POST", "/v1/segments", {"key": "x"})
    with pytest.raises(ApiRefused, match="event is missing"):
        history.send_batch(api, [{"type": "track", "userId": "u1"}, {"type": "track", "userId": "u1", "event": "e"}])
    stranger = Api(live_server.url, write_key="wk_no", secret_key="sk_no")
    with pytest.raises(ApiRefused, match="401"):
        stranger.send("GET", "/v1/summary")
