"""The trail takes entries with the change that they belong to, and gives nothing back."""

import pytest
from django.db import DatabaseError, connection, transaction

from compliance import audit
from compliance.audit.models import AuditEntry
from config.kit.actors import Actor, ActorKind, acting
from config.kit.ids import uuid7
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def entry(number, **fields):
    return audit.Entry(action="run.started", workspace_id=1, object_kind="run", object_id=number, **fields)


def test_many_entries_are_one_statement_and_keep_their_order(django_assert_num_queries):
    with django_assert_num_queries(1):
        audit.record_many([entry(number, payload={"步": number}) for number in range(100)], at=NOON)
    rows = list(audit.entries(1))
    assert [row.object_id for row in rows] == [str(number) for number in reversed(range(100))]
    assert rows[0].payload == {"步": 99}


def test_an_entry_names_the_current_actor_unless_it_names_another():
    person, key = uuid7(), Actor(kind=ActorKind.KEY, id="3", name="importer", request_id="r9")
    with acting(key):
        audit.record("x.done", workspace_id=1, object_kind="x", object_id="1", person_id=person, at=NOON)
    audit.record("x.done", workspace_id=1, object_kind="x", object_id="2", at=NOON)
    system, keyed = audit.entries(1)
    assert (keyed.actor_kind, keyed.actor, keyed.request_id, keyed.person_id) == ("key", "importer", "r9", person)
    assert (system.actor_kind, system.actor, system.payload) == ("system", "Signalbox", {})


def test_an_entry_leaves_with_the_change_that_failed():
    with transaction.atomic():
        audit.record_many([entry(1)], at=NOON)
        transaction.set_rollback(True)
    assert not audit.entries(1).exists()


@pytest.mark.parametrize(
    "statement",
    [
        "update compliance_auditentry set action = 'forged'",
        "delete from compliance_auditentry",
        "truncate compliance_auditentry",
        "set local session_replication_role = replica; delete from compliance_auditentry",
    ],
)
def test_the_database_refuses_to_change_or_remove_entries(guarded_audit, statement):
    audit.record_many([entry(1)], at=NOON)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.count() == 1


def test_entries_of_another_workspace_are_not_seen():
    audit.record_many([entry(1)], at=NOON)
    assert not audit.entries(2).exists()


def test_the_switch_for_the_benchmark_turns_recording_off(settings, django_assert_num_queries):
    settings.AUDIT_ENABLED = False
    with django_assert_num_queries(0):
        audit.record_many([entry(1)], at=NOON)
