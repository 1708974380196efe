"""People: one per user, anonymous visitors join them, newer words win."""

from datetime import timedelta

import pytest

from audiences.facts.models import EventCount
from audiences.intake.models import Event, EventKind, Refusal
from audiences.people.models import Identity, Person
from audiences.people.signals import people_merged
from compliance import audit
from config.kit.ids import derived
from tests.audiences.events import come, row
from tests.factories import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def identify(user: str, anonymous: str | None = None, at=NOON, **traits):
    return row(1, user=user, anonymous=anonymous, kind=EventKind.IDENTIFY, name="identify", at=at, properties=traits)


def alias(previous: str, user: str):
    return row(1, user=user, kind=EventKind.ALIAS, name="alias", properties={"previousId": previous})


def living() -> list[Person]:
    return list(Person.objects.filter(merged_into=None).order_by("user_id"))


def test_a_user_is_one_person_with_their_first_and_last_activity():
    come(row(1, user="u", at=NOON), row(1, user="u", at=NOON - DAY))
    (person,) = living()
    assert (person.user_id, person.first_seen, person.last_seen) == ("u", NOON - DAY, NOON)
    assert person.id == derived(1, "user", "u")


def test_the_same_user_id_in_two_workspaces_is_two_people():
    come(row(1, user="u"), row(2, user="u"))
    assert Person.objects.count() == 2


def test_an_older_identify_never_overwrites_a_newer_trait():
    come(identify("u", city="Lima", at=NOON))
    come(identify("u", city="Oslo", tier="gold", at=NOON - DAY))
    (person,) = living()
    assert person.traits == {"city": "Lima", "tier": "gold"}


def test_null_removes_a_trait_and_an_older_value_does_not_bring_it_back():
    come(identify("u", city="Lima", at=NOON - 2 * DAY))
    come(identify("u", city=None, at=NOON))
    come(identify("u", city="Oslo", at=NOON - DAY))
    (person,) = living()
    assert person.traits == {}


def test_a_group_call_is_kept_as_the_trait_group():
    come(row(1, user="u", kind=EventKind.GROUP, name="group", properties={"groupId": "g1", "plan": "pro"}))
    (person,) = living()
    assert person.traits == {"group": {"id": "g1", "plan": "pro"}}


def test_an_identify_with_both_ids_joins_the_visitor_to_the_user():
    come(row(1, anonymous="a", name="view"), row(1, user="u", name="view"))
    assert len(living()) == 2
    absorbed = come(identify("u", "a"))
    (person,) = living()
    assert set(Event.objects.values_list("person_id", flat=True)) == {person.id}
    assert EventCount.objects.get(person_id=person.id, name="view").n == 2
    assert absorbed[0].touched[person.id].event_names == {"view", "identify"}
    entry = audit.entries(1, action="person.merged").get()
    assert entry.object_id == str(derived(1, "anonymous", "a"))


def test_later_events_of_a_joined_visitor_belong_to_the_user():
    come(row(1, anonymous="a"), identify("u", "a"))
    absorbed = come(row(1, anonymous="a", name="late"))
    person = derived(1, "user", "u")
    assert absorbed[0].events[0].person_id == person
    assert Event.objects.get(name="late").person_id == person


def test_a_merge_is_told_to_other_apps():
    heard = []

    def listen(**told):
        heard.append((told["loser_id"], told["winner_id"]))

    people_merged.connect(listen)
    come(row(1, anonymous="a"))
    come(identify("u", "a"))
    assert heard == [(derived(1, "anonymous", "a"), derived(1, "user", "u"))]


def test_two_known_people_are_never_merged_silently():
    come(identify("u1", "a"), identify("u2", "a"))
    assert [person.user_id for person in living()] == ["u1", "u2"]
    assert Refusal.objects.get().reason == "conflicting_identity"
    assert Identity.objects.get(kind="anonymous").person_id == derived(1, "user", "u1")


def test_an_alias_joins_a_visitor():
    come(row(1, anonymous="a"))
    come(alias("a", "u"))
    (person,) = living()
    assert person.user_id == "u"


def test_an_alias_gives_a_user_a_new_id_that_nobody_had():
    come(identify("old", city="Lima"))
    come(alias("old", "new"))
    (person,) = living()
    assert (person.user_id, person.traits) == ("new", {"city": "Lima"})


def test_an_alias_between_two_known_users_is_refused():
    come(row(1, user="old"), row(1, user="new"))
    come(alias("old", "new"))
    assert len(living()) == 2
    assert Refusal.objects.get().field == "previousId"
