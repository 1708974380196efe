"""Workers that sweep, absorb and recompute at the same time never lose, repeat or overwrite a membership."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as Signal

import pytest
from django.db import connection, transaction

from audiences import segments
from audiences.intake.models import Event, EventKind
from audiences.segments.locks import LOCK_CLASS
from audiences.segments.models import Membership, Recheck
from tests.audiences.events import come, put, row
from tests.audiences.events import drain as absorb_all
from tests.factories import NOON, actor, workspace

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


def at_once(*work: Callable[[], object]) -> list[object]:
    """Run each on a thread and a connection of its own; raise what any of them raised."""

    def closing(one: Callable[[], object]) -> object:
        try:
            return one()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(work)) as pool:
        return [future.result(60) for future in [pool.submit(closing, one) for one in work]]


def tier(brand, value, *, at):
    return row(brand, user="u", kind=EventKind.IDENTIFY, name="identify", properties={"tier": value}, at=at)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [LOCK_CLASS])
        return cursor.fetchone()[0]


WAITING = """
select exists (
    select from pg_locks where not granted and locktype = 'advisory' and classid = %s
    and database = (select oid from pg_database where datname = current_database()))
"""


def define(brand, key, where):
    return segments.define(brand, {"key": key, "where": where}, actor=actor(), now=NOON)


def test_several_workers_share_a_sweep():
    brand = workspace().id
    define(brand, "recent", {"did": "buy", "within": "1d"})
    come(*(row(brand, user=f"u{index}") for index in range(1_100)))
    assert Recheck.objects.count() == 1_100
    due = NOON + DAY
    found = at_once(*[lambda: segments.sweep(due)] * 3)
    segments.sweep(due)
    assert sum(map(len, found)) == 1_100
    assert not Membership.objects.filter(left_at__isnull=True).exists()
    assert Recheck.objects.count() == 0
    assert Event.objects.filter(name="segment.left").count() == 1_100


def test_a_recomputation_waits_for_the_event_that_is_being_absorbed():
    brand = workspace().id
    define(brand, "gold", {"trait": "tier", "is": "exists"})
    come(tier(brand, "tin", at=NOON))
    put(tier(brand, "gold", at=NOON + timedelta(seconds=1)))
    absorbed, redefined = Signal(), Signal()

    def absorb() -> None:
        with transaction.atomic():
            absorb_all()
            absorbed.set()
            while not (redefined.is_set() or somebody_waits()):
                time.sleep(0.01)

    def redefine() -> None:
        assert absorbed.wait(10)
        define(brand, "gold", {"trait": "tier", "is": "eq", "value": "gold"})
        redefined.set()

    at_once(absorb, redefine)
    assert Membership.objects.filter(left_at__isnull=True).count() == 1
    assert segments.recompute_all(brand, now=NOON) == []


def test_recomputing_while_events_come_in_overwrites_nothing():
    brand = workspace().id
    variants = [{"did": "buy", "times": {"at_least": n}, "within": "7d"} for n in (1, 2, 3)]
    define(brand, "loyal", variants[0])
    define(brand, "others", {"not": {"segment": "loyal"}})
    for index in range(300):
        put(row(brand, user=f"u{index % 40}", at=NOON - timedelta(minutes=index)))

    def redefine() -> None:
        for turn in range(12):
            define(brand, "loyal", variants[turn % 3])

    def absorb() -> None:
        for index in range(6):
            absorb_all()
            put(*(row(brand, user=f"u{user}", at=NOON - timedelta(hours=index)) for user in range(0, 40, index + 1)))
        absorb_all()

    at_once(redefine, absorb, absorb)
    absorb_all()
    kept = set(Membership.objects.filter(left_at__isnull=True).values_list("segment__key", "person_id"))
    assert segments.recompute_all(brand, now=NOON + timedelta(minutes=1)) == []
    assert len(kept) == 40
