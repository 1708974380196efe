"""Behind the wall a request sees and writes rows of its own workspace only, even if the code forgets to ask."""

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView

from audiences.segments.models import Segment
from compliance.audit.models import AuditEntry
from config.kit import wall
from tests import factories
from tests.factories import NOON, api_key, bearer

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


class Forgetful(APIView):
    scope = "segments:read"

    def get(self, request):
        if request.query_params.get("fail"):
            raise RuntimeError("a view breaks")
        return Response({"keys": list(Segment.objects.values_list("key", flat=True)), "user": asked("current_user")})


urlpatterns = [path("v1/forgetful", Forgetful.as_view())]


def asked(what):
    with connection.cursor() as cursor:
        cursor.execute(f"select {what}")
        return cursor.fetchone()[0]


def segment(workspace, key):
    return Segment.objects.create(workspace=workspace, key=key, name=key, created_at=NOON, updated_at=NOON)


@pytest.fixture
def mine():
    return factories.workspace()


@pytest.fixture
def other(mine):
    made = factories.workspace()
    segment(mine, "mine"), segment(made, "theirs")
    return made


@pytest.fixture
def behind(mine, other) -> Iterator[None]:
    wall.enter(mine.pk)
    yield
    wall.leave()


def test_a_view_that_forgets_to_filter_shows_nothing_foreign(client, mine, other):
    key = api_key(mine, "segments:read")
    assert client.get("/v1/forgetful", headers=bearer(key)).json() == {"keys": ["mine"], "user": wall.ROLE}


@pytest.mark.parametrize("query", ["", "?fail=1"])
def test_a_request_comes_out_from_behind_the_wall_however_it_ended(client, mine, other, query):
    owner = asked("current_user")
    client.get(f"/v1/forgetful{query}", headers=bearer(api_key(mine, "segments:read")))
    assert asked("current_user") == owner != wall.ROLE
    assert asked("current_setting('signalbox.workspace', true)") == ""
    assert Segment.objects.count() == 2


def test_rows_of_another_workspace_are_neither_seen_nor_changed_nor_removed(behind, other):
    theirs = Segment.objects.filter(workspace=other)
    assert not theirs.exists()
    assert theirs.update(name="stolen") == 0
    assert theirs.delete()[0] == 0


def test_a_row_cannot_be_written_into_another_workspace(behind, mine, other):
    segment(mine, "fresh")
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        segment(other, "smuggled")
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        Segment.objects.filter(key="mine").update(workspace=other)


def test_behind_the_wall_the_trail_takes_entries_and_gives_none_away(behind, mine, other):
    AuditEntry.objects.create(workspace_id=mine.pk, at=NOON, actor="a", action="x", object_kind="k", object_id="1")
    assert AuditEntry.objects.filter(workspace_id=mine.pk).exists()
    assert not AuditEntry.objects.filter(workspace_id=other.pk).exists()


def test_every_table_with_a_workspace_has_the_wall():
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid "
            "where a.attname = 'workspace_id' and c.relkind in ('r', 'p') and not c.relispartition "
            "and not (c.relrowsecurity and exists (select from pg_policy where polrelid = c.oid))"
        )
        assert {name for (name,) in cursor.fetchall()} == set(wall.OPEN_TABLES)


def test_without_the_role_there_is_no_wall_and_no_failure(mine, other):
    wall._stands.cache_clear()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("create role sb_plain nologin")
        cursor.execute("grant all on all tables in schema public to sb_plain")
        cursor.execute("set local session authorization sb_plain")
        wall.enter(mine.pk)
        assert (asked("current_user"), Segment.objects.count()) == ("sb_plain", 2)
        transaction.set_rollback(True)
    wall._stands.cache_clear()


def test_the_wall_can_be_switched_off(settings, mine, other):
    settings.ROW_LEVEL_SECURITY = False
    wall.enter(mine.pk)
    assert Segment.objects.count() == 2


def test_building_twice_changes_nothing():
    before = asked("count(*) from pg_policy")
    wall.build()
    assert asked("count(*) from pg_policy") == before
