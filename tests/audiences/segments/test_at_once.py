"""Workers that sweep, absorb and recompute at the same time never lose, repeat or overwrite a membership."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as Signal

import pytest
from django.db import connection, transaction

from audiences import segments
from audiences.intake.models import Event
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
    define(brand, "loyal", {"did": "buy"})
    come(row(brand, user="u"))
    put(row(brand, user="u", at=NOON - DAY))
    absorbed = Signal()

    def absorb() -> None:
        with transaction.atomic():
            absorb_all()
            absorbed.set()
            time.sleep(0.5)  # long enough for a recomputation that does not wait to write what it saw before

    def redefine() -> None:
        assert absorbed.wait(10)
        define(brand, "loyal", {"did": "buy", "times": {"at_least": 2}})

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
