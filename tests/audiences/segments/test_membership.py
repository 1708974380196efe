"""Who belongs follows events, traits, other segments and passing windows; each entry and exit is an event."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from audiences import segments
from audiences.facts.touch import Touch
from audiences.intake.models import Event, EventKind
from audiences.segments.models import Membership, Recheck
from config.kit.ids import derived
from tests import factories
from tests.audiences.events import come, drain, row
from tests.factories import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
THREE = {"did": "buy", "times": {"at_least": 3}, "within": "30d"}


@pytest.fixture
def brand():
    return factories.workspace().id


def define(brand, key, where, *, now=NOON, **more):
    return segments.define(brand, {"key": key, "where": where, **more}, actor=factories.actor(), now=now)


def members(brand, key):
    rows = Membership.objects.filter(segment__workspace_id=brand, segment__key=key, left_at__isnull=True)
    return set(rows.values_list("person_id", flat=True))


def person(brand, user):
    return derived(brand, "user", user)


def told(brand):
    rows = Event.objects.filter(workspace_id=brand, kind=EventKind.INTERNAL).order_by("id")
    return [
        (name, properties["segment"], at)
        for name, properties, at in rows.values_list("name", "properties", "event_time")
    ]


def test_the_third_purchase_in_thirty_days_makes_a_member(brand):
    define(brand, "loyal", THREE)
    come(row(brand, user="u", at=NOON - 10 * DAY), row(brand, user="u", at=NOON - 5 * DAY))
    assert members(brand, "loyal") == set()
    come(row(brand, user="u"))
    assert members(brand, "loyal") == {person(brand, "u")}
    assert told(brand) == [("segment.entered", "loyal", NOON)]


def test_a_window_passes_with_no_new_event(brand):
    define(brand, "loyal", THREE)
    come(*(row(brand, user="u", at=NOON - days * DAY) for days in (29, 20, 10)))
    due = NOON + DAY
    assert Recheck.objects.get().due_at == segments.next_due() == due
    assert segments.sweep(due - timedelta(microseconds=1)) == []
    assert [(change.key, change.entered) for change in segments.sweep(due)] == [("loyal", False)]
    assert members(brand, "loyal") == set()
    assert Recheck.objects.count() == 0
    assert told(brand)[-1] == ("segment.left", "loyal", due)


def test_somebody_new_is_judged_by_every_segment(brand):
    define(brand, "never", {"did": "buy", "times": {"exactly": 0}})
    define(brand, "unknown-city", {"trait": "city", "is": "not_exists"})
    come(row(brand, user="u", name="view"))
    assert members(brand, "never") == members(brand, "unknown-city") == {person(brand, "u")}


def test_a_late_event_corrects_membership_and_what_follows_bears_its_time(brand):
    define(brand, "loyal", THREE)
    come(row(brand, user="u", at=NOON - DAY), row(brand, user="u", at=NOON - 2 * DAY))
    come(row(brand, user="u", at=NOON - 20 * DAY))
    assert members(brand, "loyal") == {person(brand, "u")}
    assert told(brand) == [("segment.entered", "loyal", NOON - 20 * DAY)]


def test_traits_decide_at_once(brand):
    define(brand, "gold", {"trait": "card.tier", "is": "eq", "value": "gold"})
    come(row(brand, user="u", kind=EventKind.IDENTIFY, name="identify", properties={"card": {"tier": "gold"}}))
    assert members(brand, "gold") == {person(brand, "u")}
    come(
        row(
            brand,
            user="u",
            kind=EventKind.IDENTIFY,
            name="identify",
            properties={"card": {"tier": "tin"}},
            at=NOON + DAY,
        ),
        now=NOON + DAY,
    )
    assert members(brand, "gold") == set()


def test_dependants_follow_their_source(brand):
    define(brand, "loyal", THREE)
    define(brand, "ordinary", {"not": {"segment": "loyal"}})
    define(brand, "both", {"all": [{"segment": "loyal"}, {"not": {"segment": "ordinary"}}]})
    come(row(brand, user="u", name="view"))
    assert members(brand, "ordinary") == {person(brand, "u")}
    come(*(row(brand, user="u", at=NOON - days * DAY) for days in (29, 20, 10)))
    assert (members(brand, "ordinary"), members(brand, "both")) == (set(), {person(brand, "u")})
    segments.sweep(NOON + 2 * DAY)
    assert (members(brand, "ordinary"), members(brand, "both")) == ({person(brand, "u")}, set())


def test_a_change_of_the_source_s_definition_reaches_its_dependants(brand):
    come(row(brand, user="u"), row(brand, user="v", name="view"))
    define(brand, "buyers", {"did": "buy"})
    define(brand, "others", {"not": {"segment": "buyers"}})
    assert members(brand, "others") == {person(brand, "v")}
    define(brand, "buyers", {"did": "view"})
    assert members(brand, "others") == {person(brand, "u")}


def test_a_stay_is_kept_when_it_ends_and_a_new_one_begins(brand):
    define(brand, "recent", {"did": "buy", "within": "1d"})
    come(row(brand, user="u"))
    segments.sweep(NOON + DAY)
    come(row(brand, user="u", at=NOON + 3 * DAY), now=NOON + 3 * DAY)
    stays = Membership.objects.order_by("id").values_list("entered_at", "left_at")
    assert list(stays) == [(NOON, NOON + DAY), (NOON + 3 * DAY, None)]


def test_entries_and_exits_are_told_once(brand):
    define(brand, "recent", {"did": "buy", "within": "1d"})
    come(row(brand, user="u"))
    drain()
    segments.sweep(NOON + DAY)
    segments.sweep(NOON + DAY)
    drain(now=NOON + DAY)
    assert [name for name, _, _ in told(brand)] == ["segment.entered", "segment.left"]


def test_people_of_another_workspace_are_not_touched(brand):
    other = factories.workspace().id
    define(brand, "buyers", {"did": "buy"})
    come(row(other, user="u"))
    define(brand, "everyone", {"trait": "x", "is": "not_exists"})
    assert members(brand, "buyers") == members(brand, "everyone") == set()


def test_a_merge_unites_memberships(brand):
    define(brand, "never", {"did": "buy", "times": {"exactly": 0}})
    define(brand, "buyers", {"did": "buy"})
    come(row(brand, user="u"), row(brand, anonymous="a", name="view"))
    assert len(members(brand, "never")) == 1
    come(row(brand, user="u", anonymous="a", kind=EventKind.IDENTIFY, name="identify"))
    assert members(brand, "never") == set()
    assert members(brand, "buyers") == {person(brand, "u")}


def test_a_batch_takes_a_constant_number_of_statements(brand):
    for index in range(5):
        define(brand, f"s{index}", {"did": "buy", "times": {"at_least": index + 1}, "within": "30d"})
    come(row(brand, user="warm"))
    few = _statements(brand, people=2)
    assert _statements(brand, people=60) == few


def _statements(brand, *, people):
    rows = [row(brand, user=f"{people}-{index}") for index in range(people)]
    come(*rows)
    touched = {person(brand, f"{people}-{index}"): Touch(event_names=frozenset(("buy",))) for index in range(people)}
    Membership.objects.all().delete()
    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        assert len(segments.rejudge(brand, touched, now=NOON)) == people
    return len(captured)


def test_a_snapshot_is_taken_once(brand):
    come(row(brand, user="u"))
    define(brand, "then", {"did": "buy"}, kind="snapshot")
    come(row(brand, user="v"))
    assert members(brand, "then") == {person(brand, "u")}


def test_an_archived_segment_lets_everybody_leave_and_comes_back(brand):
    define(brand, "buyers", {"did": "buy"})
    come(row(brand, user="u"))
    segments.archive(brand, "buyers", actor=factories.actor(), now=NOON + DAY)
    assert members(brand, "buyers") == set()
    define(brand, "buyers", {"did": "buy"}, now=NOON + 2 * DAY)
    assert members(brand, "buyers") == {person(brand, "u")}


def test_a_worker_that_looks_late_finds_the_very_instant(brand):
    define(brand, "recent", {"did": "buy", "within": "1d"})
    define(brand, "others", {"not": {"segment": "recent"}})
    come(row(brand, user="u"), row(brand, user="v", at=NOON - timedelta(hours=1)))
    segments.sweep(NOON + DAY + timedelta(hours=5))
    stays = Membership.objects.filter(segment__key="recent").order_by("left_at").values_list("left_at", flat=True)
    assert list(stays) == [NOON + DAY - timedelta(hours=1), NOON + DAY]
    entered = Membership.objects.filter(segment__key="others").order_by("entered_at")
    assert list(entered.values_list("entered_at", flat=True)) == list(stays)


def test_an_event_that_comes_late_in_a_window_that_has_ended_since(brand):
    define(brand, "once", {"did": "buy", "times": {"exactly": 0}, "within": "1h"})
    come(row(brand, user="u"), now=NOON)
    assert members(brand, "once") == set()
    at = NOON + timedelta(minutes=90)
    come(row(brand, user="u", name="buy", at=NOON + timedelta(minutes=20)), now=at)
    (stay,) = Membership.objects.filter(segment__key="once")
    assert stay.entered_at == NOON + timedelta(minutes=80)


def test_many_due_at_the_same_instant_all_leave_at_it(brand):
    define(brand, "recent", {"did": "buy", "within": "1d"})
    come(*(row(brand, user=f"u{n}") for n in range(1_200)))
    segments.sweep(NOON + DAY)
    assert set(Membership.objects.values_list("left_at", flat=True)) == {NOON + DAY}
    assert Recheck.objects.count() == 0
