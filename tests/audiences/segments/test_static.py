"""Static segments: hands decide, a removal by hand is sticky against rules, and readers follow (E8)."""

from datetime import timedelta

import pytest

from audiences import segments
from audiences.intake.models import Event, EventKind
from audiences.segments.models import Membership, Removal
from compliance.audit import entries
from config.kit.errors import Conflict, InputRefused
from config.kit.ids import derived
from tests import factories
from tests.audiences.events import come, row
from tests.factories import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


@pytest.fixture
def brand():
    return factories.workspace().id


def define(brand, key="vip", kind="static", now=NOON, **more):
    return segments.define(brand, {"key": key, "kind": kind, **more}, actor=factories.actor(), now=now)


def person(brand, user):
    return derived(brand, "user", user)


def add(brand, *users, by="hand", now=NOON):
    people = [person(brand, user) for user in users]
    return segments.add_members(brand, "vip", people, actor=factories.actor(), now=now, by=by)


def remove(brand, *users, by="hand", now=NOON):
    people = [person(brand, user) for user in users]
    return segments.remove_members(brand, "vip", people, actor=factories.actor(), now=now, by=by)


def members(brand, key="vip"):
    rows = Membership.objects.filter(workspace_id=brand, segment__key=key, left_at__isnull=True)
    return set(rows.values_list("person_id", flat=True))


def people(brand, *users):
    come(*(row(brand, user=user) for user in users))
    return {person(brand, user) for user in users}


def test_people_are_put_in_and_taken_out_and_each_change_is_an_event(brand):
    inside = people(brand, "u", "v")
    define(brand)
    done = add(brand, "u", "v", "u", "stranger")
    assert (done.changed, done.unchanged, done.unknown) == (2, 0, 1)
    assert members(brand) == inside
    assert add(brand, "u").unchanged == 1
    assert remove(brand, "u", now=LATER).changed == 1
    told = Event.objects.filter(kind=EventKind.INTERNAL).order_by("event_time", "id")
    assert [(one.name, one.event_time) for one in told] == [
        ("segment.entered", NOON),
        ("segment.entered", NOON),
        ("segment.left", LATER),
    ]
    assert entries(brand)[0].action == "segment.members_removed"


def test_what_a_hand_took_out_no_rule_puts_back_only_a_hand(brand):
    people(brand, "u")
    define(brand)
    add(brand, "u", by="rule")
    remove(brand, "u")
    kept = add(brand, "u", by="rule")
    assert (kept.changed, kept.kept_out, members(brand)) == (0, 1, set())
    assert add(brand, "u").changed == 1
    remove(brand, "u", by="rule")
    assert add(brand, "u", by="rule").changed == 1


def test_who_was_never_inside_can_be_kept_out(brand):
    people(brand, "u")
    define(brand)
    assert remove(brand, "u").unchanged == 1
    assert add(brand, "u", by="rule").kept_out == 1


def test_a_stay_is_kept_and_a_new_one_begins(brand):
    people(brand, "u")
    define(brand)
    add(brand, "u")
    remove(brand, "u", now=LATER)
    add(brand, "u", now=LATER + timedelta(hours=1))
    stays = Membership.objects.order_by("id").values_list("entered_at", "left_at")
    assert list(stays) == [(NOON, LATER), (LATER + timedelta(hours=1), None)]


def test_segments_that_read_a_static_one_follow_it(brand):
    everybody = people(brand, "u", "v")
    define(brand)
    define(brand, "others", "dynamic", where={"not": {"segment": "vip"}})
    define(brand, "both", "dynamic", where={"not": {"segment": "others"}})
    assert (members(brand, "others"), members(brand, "both")) == (everybody, set())
    add(brand, "u")
    assert (members(brand, "others"), members(brand, "both")) == ({person(brand, "v")}, {person(brand, "u")})
    remove(brand, "u")
    assert members(brand, "others") == everybody


def test_a_condition_fills_a_static_segment_once_and_then_hands_decide(brand):
    inside = people(brand, "u", "v")
    define(brand, where={"did": "buy"})
    people(brand, "w")
    assert members(brand) == inside
    remove(brand, "u")
    define(brand, where={"did": "buy"}, name="Very important")
    assert members(brand) == {person(brand, "v")}


def test_a_new_snapshot_reaches_its_readers(brand):
    people(brand, "u")
    define(brand, "then", "snapshot", where={"did": "buy"})
    define(brand, "new-ones", "dynamic", where={"not": {"segment": "then"}})
    people(brand, "v")
    assert members(brand, "new-ones") == {person(brand, "v")}
    define(brand, "then", "snapshot", where={"any": [{"did": "buy"}, {"did": "view"}]})
    assert members(brand, "new-ones") == set()


def test_a_list_survives_archiving(brand):
    people(brand, "u", "v")
    define(brand)
    add(brand, "u", "v")
    remove(brand, "v")
    segments.archive(brand, "vip", actor=factories.actor(), now=LATER)
    assert members(brand) == set()
    segments.unarchive(brand, "vip", actor=factories.actor(), now=LATER + timedelta(days=1))
    assert members(brand) == {person(brand, "u")}


def test_a_dynamic_segment_takes_no_list(brand):
    people(brand, "u")
    define(brand, "vip", "dynamic", where={"did": "buy"})
    with pytest.raises(Conflict, match="dynamic"):
        add(brand, "u")
    with pytest.raises(InputRefused):
        define(brand, "other", "dynamic")


def test_a_merge_unites_stays_and_carries_removals_over(brand):
    come(row(brand, user="u"), row(brand, anonymous="a"), row(brand, user="v"), row(brand, anonymous="b"))
    define(brand)
    ghost, other = derived(brand, "anonymous", "a"), derived(brand, "anonymous", "b")
    segments.add_members(brand, "vip", [other], actor=factories.actor(), now=NOON)
    segments.remove_members(brand, "vip", [ghost, person(brand, "v")], actor=factories.actor(), now=NOON)
    come(row(brand, user="u", anonymous="a", kind=EventKind.IDENTIFY, name="identify"))
    come(row(brand, user="v", anonymous="b", kind=EventKind.IDENTIFY, name="identify"))
    assert add(brand, "u", by="rule").kept_out == 1
    assert members(brand) == {person(brand, "v")}
    assert set(Removal.objects.values_list("person_id", flat=True)) == {person(brand, "u")}
