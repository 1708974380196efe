"""People are found by any part of their words, by digits of a phone number, and never in another workspace."""

import pytest
from django.db import connection

from audiences.people import lookups, searching
from audiences.people.models import Person
from config.kit import wall
from config.kit.ids import uuid7
from tests.factories import NOON, workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand():
    return workspace()


def put(brand, user_id, **traits):
    return Person.objects.create(
        id=uuid7(), workspace_id=brand.pk, user_id=user_id, traits=traits, first_seen=NOON, last_seen=NOON
    )


def found(brand, text):
    return sorted(person.user_id for person in lookups.people(brand.pk, text=text))


@pytest.mark.parametrize("few", [2000, 0])
def test_any_part_of_any_word_finds(brand, monkeypatch, few):
    monkeypatch.setattr(searching, "FEW", few)  # both ways lead to the same people
    put(
        brand,
        "household-7",
        email="Mia.Wong@example.com",
        first_name="Mia",
        last_name="Wong",
        phone="+86 138 0013 8000",
    )
    put(brand, "household-8", email="lee@example.org", name="王小明")
    put(workspace(), "household-9", email="mia@example.com")
    assert found(brand, "hold") == ["household-7", "household-8"]
    assert found(brand, "HOUSEHOLD-7") == ["household-7"]
    assert found(brand, "wong@exam") == ["household-7"]
    assert found(brand, "mia wong") == ["household-7"]
    assert found(brand, "mia lee") == []
    assert found(brand, "mi") == ["household-7"]
    assert found(brand, "0138000") == ["household-7"]
    assert found(brand, "小明") == ["household-8"]
    assert found(brand, "王小明") == ["household-8"]


@pytest.mark.parametrize("text", ["%%%", "___", "\\\\\\", "'; drop", "\x00", "🎉🎉🎉", "م" * 300, "(((", "a" * 5000])
def test_hostile_text_finds_nobody_and_breaks_nothing(brand, text):
    put(brand, "household-7", email="a@example.com")
    assert text.strip("\x00") == "" or found(brand, text) == []


def test_behind_the_wall_the_search_sees_its_own_workspace_only(brand):
    other = workspace()
    put(brand, "household-7")
    put(other, "household-9")
    wall.build()
    wall.enter(brand.pk)
    try:
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from audiences_people_with(%s, %s, null, 10)", [other.pk, "%household%"])
            assert cursor.fetchone() == (1,)
        assert found(brand, "household") == ["household-7"]
        assert found(other, "household") == []
    finally:
        wall.leave()
