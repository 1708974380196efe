"""Requests that come at the same time share statements; each still gets its own answer."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection

from audiences.intake import commit as group
from audiences.intake.accept import Call, accept
from audiences.intake.models import Event, EventKey, Repetition, Slice
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)
TOGETHER = 8
KEYS = "%insert into audiences_event_key%"


def item(key: str, event: str = "buy") -> bytes:
    return f'{{"type":"track","event":"{event}","userId":"u","messageId":"{key}"}}'.encode()


def at_once(work, arguments):
    """Run `work` in one thread per argument, all let go in the same instant."""
    gate = threading.Barrier(len(arguments))

    def run(argument):
        gate.wait()
        try:
            return work(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(run, arguments))


def send(raws):
    return accept(Call(workspace_id=1, received_at=NOON), raws)


def test_everyone_who_stands_in_line_is_written_and_answered():
    receipts = at_once(send, [[item(f"m{n}")] for n in range(TOGETHER)])
    assert [receipt.accepted for receipt in receipts] == [1] * TOGETHER
    assert Event.objects.count() == EventKey.objects.count() == TOGETHER


def test_postgresql_plans_the_statement_once_per_connection():
    for key in ("m1", "m2"):
        send([item(key)])
    with connection.cursor() as cursor:
        cursor.execute(
            "select generic_plans + custom_plans from pg_prepared_statements where statement like %s", [KEYS]
        )
        assert cursor.fetchone()[0] >= 2


def test_repetitions_from_several_connections_add_up():
    send([item("m")])
    at_once(send, [[item("m")]] * TOGETHER)
    assert sum(Repetition.objects.values_list("n", flat=True)) == TOGETHER


def test_statements_are_shared(monkeypatch):
    groups = []
    plain = group._write_group
    monkeypatch.setattr(group, "_write_group", lambda requests: (groups.append(len(requests)), plain(requests)))
    with group._queue._pen:  # as if another one were being written
        waiting = [threading.Thread(target=lambda n=n: (send([item(f"m{n}")]), connection.close())) for n in range(5)]
        for thread in waiting:
            thread.start()
        while len(group._queue._waiting) < 5:
            pass
    for thread in waiting:
        thread.join()
    assert groups == [5]


def test_the_same_message_sent_at_once_is_stored_once():
    receipts = at_once(send, [[item("m")]] * TOGETHER)
    assert sorted(receipt.accepted for receipt in receipts) == [0] * (TOGETHER - 1) + [1]
    assert sum(receipt.duplicates for receipt in receipts) == TOGETHER - 1
    assert (Event.objects.count(), Slice.objects.count()) == (1, 1)


def test_one_id_with_two_bodies_at_once_keeps_one_of_them():
    receipts = at_once(send, [[item("m", event=f"e{n % 2}")] for n in range(TOGETHER)])
    assert sum(receipt.accepted for receipt in receipts) == 1
    assert sum(receipt.duplicates for receipt in receipts) == TOGETHER / 2 - 1
    assert {error.reason for receipt in receipts for error in receipt.errors} == {"different_body"}


def test_large_and_small_requests_that_repeat_each_other_end_with_one_of_each():
    keys = [f"m{n}" for n in range(60)]
    raws = [[item(key) for key in order] for order in (keys, keys[::-1], keys[30:] + keys[:30], keys[10:20])]
    receipts = at_once(send, raws)
    assert sum(receipt.accepted for receipt in receipts) == 60
    assert sum(receipt.duplicates for receipt in receipts) == 60 * 2 + 10
    assert Event.objects.count() == 60


def test_when_the_database_is_away_everyone_in_line_is_told(monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("away")

    monkeypatch.setattr(group, "store", away)

    def tried(raws):
        with pytest.raises(OperationalError):
            send(raws)
        return True

    assert all(at_once(tried, [[item(f"m{n}")] for n in range(TOGETHER)]))
    assert Event.objects.count() == 0


def test_a_lost_database_is_a_503_that_asks_to_try_again(sender, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("away")

    monkeypatch.setattr(group, "store", away)
    answer = sender.batch({"type": "track", "event": "buy", "userId": "u"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
