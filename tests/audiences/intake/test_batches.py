"""Slices hand events on once, in order, one workspace at a time."""

from datetime import timedelta

import pytest

from audiences.intake import Internal, claim_batch, emit, finish, partition_of, waiting_partitions
from audiences.intake.models import Event, Slice
from config.kit.ids import derived
from tests.audiences.events import put, row
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def partition(user: str, workspace_id: int = 1) -> int:
    return partition_of(derived(workspace_id, "user", user))


def test_a_batch_holds_a_partitions_events_in_order_of_receipt():
    put(*(row(1, user="u", name=f"n{i}") for i in range(5)))
    put(*(row(1, user="u", name=f"m{i}") for i in range(3)))
    batch = claim_batch(partition("u"))
    assert [event.name for event in batch.events] == ["n0", "n1", "n2", "n3", "n4", "m0", "m1", "m2"]
    assert batch.events[0].received_at == NOON


def test_a_finished_batch_leaves_nothing_waiting():
    put(row(1, user="u"))
    assert waiting_partitions() == [partition("u")]
    finish(claim_batch(partition("u")))
    assert waiting_partitions() == []
    assert claim_batch(partition("u")) is None


def test_a_batch_is_of_one_workspace_the_others_keep_waiting():
    rows = [row(w, user=f"{n}") for w in (1, 2) for n in range(60)]
    put(*rows)
    seen = []
    for number in waiting_partitions():
        while batch := claim_batch(number):
            assert {event.workspace_id for event in batch.events} == {batch.workspace_id}
            seen += batch.events
            finish(batch)
    assert len(seen) == 120


def test_a_long_run_is_cut_into_slices_so_that_a_batch_stays_near_its_limit():
    put(*(row(1, user="u") for _ in range(700)))
    batch = claim_batch(partition("u"), limit=300)
    assert len(batch.events) == 500
    assert Slice.objects.count() == 3


def test_a_repeated_key_is_stored_once_and_its_first_body_is_told():
    put(row(1, user="u", key="m"))
    put(row(1, user="u", key="m"))
    assert Event.objects.count() == 1
    assert Slice.objects.count() == 1


def test_the_products_own_events_are_stored_once_per_cause():
    event = Internal(
        person_id=derived(1, "user", "u"), name="segment.entered", at=NOON, properties={"segment": "vip"}, dedupe="x"
    )
    assert emit(1, [event, event]) == 1
    assert emit(1, [event]) == 0
    batch = claim_batch(partition("u"))
    assert [(e.name, e.properties, e.user_id) for e in batch.events] == [("segment.entered", {"segment": "vip"}, None)]


def test_events_of_one_frozen_instant_keep_the_order_in_which_they_came():
    for number in range(20):
        put(row(1, user="u", name=str(number)), at=NOON + timedelta(seconds=1))
    batch = claim_batch(partition("u"))
    assert [event.name for event in batch.events] == [str(number) for number in range(20)]
