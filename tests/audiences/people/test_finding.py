"""People are found by the beginning of what they are known by, and by the tail of their phone number."""

from datetime import timedelta

import pytest

from audiences.people.finding import Findable, find_people
from audiences.people.models import Person
from config.kit.ids import uuid7
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace():
    return factories.workspace()


def person(workspace, user_id, **traits) -> Person:
    return Person.objects.create(
        id=uuid7(), workspace_id=workspace.pk, user_id=user_id, traits=traits, first_seen=NOON, last_seen=NOON
    )


def found(workspace, text) -> list[str]:
    return [each.user_id for each in find_people(workspace.pk, text, limit=6)]


def test_user_id_e_mail_and_names_are_found_by_their_beginning(workspace):
    person(workspace, "Household-7", email="Mia.Chen@Example.com", first_name="Mia", last_name="Chen")
    for text in ("household-7", "HOUSE", "mia.chen@ex", "mia", "chen", "Mia Ch", "chen mia"):
        assert found(workspace, text) == ["Household-7"], text
    for text in ("hold-7", "mia li", "example.com", "%", "_", "\x00"):
        assert found(workspace, text) == [], text


def test_a_phone_is_found_by_its_last_four_digits_or_more(workspace):
    person(workspace, "a", phone="+86 138-0013-8000")
    person(workspace, "b", phone="13900138001")
    for text in ("8000", "0013-8000", "+86 13800138000"):
        assert found(workspace, text) == ["a"], text
    assert found(workspace, "000") == []
    assert found(workspace, "8001") == ["b"]


def test_a_chinese_name_is_found_with_and_without_the_family_name(workspace):
    person(workspace, "a", name="王小明")
    for text in ("王", "王小明", "小明"):
        assert found(workspace, text) == ["a"], text


def test_who_is_found_follows_the_profile(workspace):
    changed = person(workspace, "a", first_name="Mia")
    changed.traits = {"first_name": "Noa"}
    changed.save()
    assert found(workspace, "mia") == []
    assert found(workspace, "noa") == ["a"]
    Person.objects.filter(pk=changed.pk).delete()
    assert not Findable.objects.filter(person_id=changed.pk).exists()


def test_merged_people_and_other_workspaces_are_not_found(workspace):
    kept, gone = person(workspace, "kept", first_name="Mia"), person(workspace, "gone", first_name="Mia")
    Person.objects.filter(pk=gone.pk).update(merged_into=kept.pk)
    person(factories.workspace(), "elsewhere", first_name="Mia")
    assert found(workspace, "mia") == ["kept"]
    assert [each.pk for each in find_people(workspace.pk, str(kept.pk), limit=6)] == [kept.pk]


def test_those_seen_last_come_first(workspace):
    person(workspace, "old", first_name="Mia")
    fresh = person(workspace, "fresh", first_name="Mia")
    Person.objects.filter(pk=fresh.pk).update(last_seen=NOON + timedelta(days=1))
    assert found(workspace, "mia") == ["fresh", "old"]
