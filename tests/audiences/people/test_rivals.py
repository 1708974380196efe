"""Workers on different partitions meet at the same people, and lose nothing."""

import random
import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from audiences.absorb import absorb
from audiences.facts.models import EventCount
from audiences.intake import claim_batch, finish, waiting_partitions
from audiences.intake.models import Event, EventKind, Slice
from audiences.people.models import Identity, Person
from tests.audiences.events import put, row
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def work_until_nothing_waits(failures):
    """Drain like a worker: a batch that met a rival in its way is tried again."""
    chance = random.Random()
    try:
        while partitions := waiting_partitions():
            chance.shuffle(partitions)
            for partition in partitions:
                try:
                    with transaction.atomic():
                        if batch := claim_batch(partition, limit=20):
                            absorb(batch, now=NOON)
                            finish(batch)
                except OperationalError as error:
                    failures.append(error)
    finally:
        connection.close()


def test_visitors_who_log_in_while_their_events_are_absorbed_become_one_person():
    chance = random.Random(3)
    rows = []
    for n in range(400):
        number = chance.randrange(12)
        at = NOON - timedelta(minutes=n)
        who = {"anonymous": f"a{number}"} if n % 3 else {"user": f"u{number}"}
        rows.append(row(1, at=at, name=chance.choice("xy"), **who))
        if n % 9 == 0:
            ids = {"user": f"u{n // 9 % 12}", "anonymous": f"a{n // 9 % 12}"}
            rows.append(row(1, at=at, kind=EventKind.IDENTIFY, name="identify", properties={"n": n}, **ids))
    for start in range(0, len(rows), 15):
        put(*rows[start : start + 15])
    failures: list[OperationalError] = []
    workers = [threading.Thread(target=work_until_nothing_waits, args=(failures,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Slice.objects.count() == 0
    living = set(Person.objects.filter(merged_into=None).values_list("pk", flat=True))
    assert len(living) == 12
    assert set(Identity.objects.values_list("person_id", flat=True)) == living
    assert set(Event.objects.values_list("person_id", flat=True)) == living
    assert sum(EventCount.objects.values_list("n", flat=True)) == len(rows)
    assert set(EventCount.objects.values_list("person_id", flat=True)) == living
