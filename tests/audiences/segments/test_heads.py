"""The numbers of members that triggers keep are those of the stays, whatever wrote them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

import pytest
from django.db import connection, transaction

from audiences import segments
from audiences.intake.models import EventKind
from audiences.segments import heads, locks
from audiences.segments.models import HeadCount, Membership, Segment
from config.kit.ids import derived
from tests import factories
from tests.audiences.events import come, row
from tests.factories import NOON

DAY = timedelta(days=1)


def stays() -> dict[int, int]:
    found: dict[int, int] = {}
    for segment_id in Membership.objects.filter(left_at=None).values_list("segment_id", flat=True):
        found[segment_id] = found.get(segment_id, 0) + 1
    return found


def kept() -> dict[int, int]:
    return heads.head_counts(HeadCount.objects.values_list("segment_id", flat=True))


def define(brand, key, where=None, **more):
    raw = {"key": key, **({"where": where} if where else {}), **more}
    return segments.define(brand, raw, actor=factories.actor(), now=NOON)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_after_any_history_the_numbers_are_those_of_the_stays(seed):
    brand, chance = factories.workspace().id, Random(seed)
    define(brand, "buyers", {"did": "buy", "within": "2d"})
    define(brand, "gold", {"all": [{"trait": "tier", "is": "eq", "value": "gold"}, {"segment": "buyers"}]})
    define(brand, "vip", kind="static")
    everybody = [derived(brand, "user", f"u{number}") for number in range(6)]
    for step in range(12):
        now, user = NOON + step * DAY / 2, f"u{chance.randrange(6)}"
        tier = {"tier": chance.choice(["gold", "tin"])}
        come(
            row(brand, user=user, name="buy", at=now),
            row(brand, user=user, kind=EventKind.IDENTIFY, name="identify", properties=tier, at=now),
        )
        hand = segments.add_members if chance.random() < 0.6 else segments.remove_members
        hand(brand, "vip", chance.sample(everybody, 2), actor=factories.actor(), now=now)
        segments.sweep(now)
        if chance.random() < 0.3:
            heads.fold()
        assert kept() == stays()
    assert stays()


@pytest.mark.django_db
def test_stays_that_are_moved_or_deleted_count_where_they_are():
    brand = factories.workspace().id
    come(*(row(brand, user=f"u{number}", name="buy") for number in range(4)))
    define(brand, "buyers", {"did": "buy"})
    define(brand, "other", {"did": "fly"})
    buyers, other = Segment.objects.get(key="buyers"), Segment.objects.get(key="other")
    assert kept() == {buyers.pk: 4}
    one, two, three, _four = Membership.objects.order_by("pk")
    Membership.objects.filter(pk=one.pk).update(segment=other)
    Membership.objects.filter(pk=two.pk).update(left_at=NOON)
    three.delete()
    assert kept() == stays() == {buyers.pk: 1, other.pk: 1}
    other.memberships.all().delete()
    assert kept() == stays() == {buyers.pk: 1}


@pytest.mark.django_db
def test_folding_leaves_one_row_of_many_and_the_same_sum():
    brand = factories.workspace().id
    define(brand, "vip", kind="static")
    for number in range(heads.MANY + 4):
        come(row(brand, user=f"u{number}"))
        segments.add_members(brand, "vip", [derived(brand, "user", f"u{number}")], actor=factories.actor(), now=NOON)
    segment = Segment.objects.get(key="vip")
    assert heads.fold() == heads.MANY + 4
    assert list(HeadCount.objects.values_list("segment_id", "n")) == [(segment.pk, heads.MANY + 4)]
    assert heads.fold() == 0


@pytest.mark.django_db
def test_counting_anew_mends_what_was_written_past_the_triggers():
    brand = factories.workspace().id
    come(row(brand, user="u", name="buy"))
    define(brand, "buyers", {"did": "buy"})
    HeadCount.objects.create(segment_id=Segment.objects.get().pk, workspace_id=brand, n=41)
    heads.recount()
    assert kept() == stays()


@pytest.mark.django_db(transaction=True)
def test_workers_that_move_people_at_once_do_not_wait_for_each_other_and_lose_no_count():
    brand = factories.workspace().id
    come(*(row(brand, user=f"u{number}") for number in range(24)))
    define(brand, "vip", kind="static")
    people = [derived(brand, "user", f"u{number}") for number in range(24)]

    def moves(part: int) -> None:
        mine = people[part::4]
        for turn in range(6):
            with transaction.atomic():
                locks.share(brand)
                segments.add_members(brand, "vip", mine, actor=factories.actor(), now=NOON + turn * DAY)
                heads.fold()
                segments.remove_members(brand, "vip", mine[: part + 1], actor=factories.actor(), now=NOON + turn * DAY)
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(moves, range(4)))
    assert kept() == stays()
    assert sum(stays().values()) == 24 - (1 + 2 + 3 + 4)
