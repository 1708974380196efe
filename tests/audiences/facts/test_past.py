"""What was known at an instant of the past: traits as they were said by then, memberships as they stood."""

from datetime import timedelta

import pytest

from audiences import segments
from audiences.conditions import Needs
from audiences.facts.past import load_past
from audiences.intake.models import EventKind
from config.kit.ids import derived
from tests import factories
from tests.audiences.events import come, row
from tests.factories import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
NEEDS = Needs(traits=frozenset({"tier", "address.city"}), segments=frozenset({"big"}))


@pytest.fixture
def brand():
    return factories.workspace().id


def says(brand, hours, **traits):
    at = NOON + hours * HOUR
    come(row(brand, user="u", kind=EventKind.IDENTIFY, name="identify", properties=traits, at=at), now=at)


def seen(brand, *hours, earliest=NOON - HOUR, **more):
    person_id = derived(brand, "user", "u")
    loaded = load_past(brand, [person_id], NEEDS, now=NOON + 100 * HOUR, earliest=earliest, **more)
    return [loaded[person_id].facts_at(NOON + each * HOUR) for each in hours]


def test_traits_are_what_was_said_last_by_then(brand):
    says(brand, 0, tier="tin", name="Ada")
    says(brand, 2, tier="gold", address={"city": "Oslo"})
    says(brand, 4, tier=None)
    told = [(facts.traits.get("tier"), facts.traits.get("address")) for facts in seen(brand, -0.5, 0, 1, 2, 3.9, 4)]
    oslo = {"city": "Oslo"}
    assert told == [(None, None), ("tin", None), ("tin", None), ("gold", oslo), ("gold", oslo), (None, oslo)]
    assert seen(brand, 5, earliest=NOON + 5 * HOUR)[0].traits == {"name": "Ada", "address": oslo}


def test_what_is_said_late_counts_from_when_it_was_so(brand):
    says(brand, 4, tier="gold")
    says(brand, 2, tier="tin")
    assert [facts.traits.get("tier") for facts in seen(brand, 1, 3, 4)] == [None, "tin", "gold"]


def test_memberships_are_as_of_then_or_of_today(brand):
    big = {"key": "big", "where": {"trait": "tier", "is": "eq", "value": "gold"}}
    segments.define(brand, big, actor=factories.actor(), now=NOON - HOUR)
    says(brand, 0, tier="gold")
    says(brand, 2, tier="tin")
    says(brand, 4, tier="gold")
    assert [facts.segments for facts in seen(brand, -0.5, 0, 2, 3, 4)] == [
        *(frozenset(), frozenset({"big"}), frozenset(), frozenset(), frozenset({"big"}))
    ]
    assert [facts.segments for facts in seen(brand, 3, stays=False)] == [frozenset({"big"})]


def test_of_nobody_nothing_is_known(brand):
    assert load_past(brand, [], NEEDS, now=NOON, earliest=NOON) == {}
