"""A decision about consent reaches the segments that depend on it, whoever decided and wherever."""

from datetime import timedelta

import pytest

from audiences import segments
from audiences.intake.models import Event
from audiences.people.models import Person
from audiences.segments.models import Membership
from compliance.consent.consents import grant, withdraw
from config.kit.ids import derived
from tests.audiences.events import come, drain, row
from tests.factories import NOON, actor, workspace

pytestmark = pytest.mark.django_db
LETTER = {"channel": "email", "purpose": "marketing"}


def members(brand: int) -> set[object]:
    return set(Membership.objects.filter(workspace_id=brand, left_at=None).values_list("person_id", flat=True))


def test_members_follow_their_decisions():
    brand = workspace().id
    segments.define(brand, {"key": "may", "where": {"consent": LETTER}}, actor=actor(), now=NOON)
    come(row(brand, user="u"))
    person = derived(brand, "user", "u")
    grant(brand, person, **LETTER, source="form", at=NOON)
    drain()
    assert members(brand) == {person}
    withdraw(brand, person, **LETTER, source="link", at=NOON + timedelta(seconds=1))
    drain()
    assert members(brand) == set()
    told = Event.objects.filter(workspace_id=brand, name__startswith="consent.").order_by("id")
    assert list(told.values_list("name", flat=True)) == ["consent.granted", "consent.withdrawn"]


def test_somebody_who_decided_before_being_known_belongs_from_the_first_event_on():
    brand = workspace().id
    segments.define(brand, {"key": "may", "where": {"consent": LETTER}}, actor=actor(), now=NOON)
    person = derived(brand, "user", "u")
    grant(brand, person, **LETTER, source="form", at=NOON)
    drain()
    assert (members(brand), Person.objects.filter(workspace_id=brand).count()) == (set(), 0)
    come(row(brand, user="u"))
    assert members(brand) == {person}
