"""The doors through which Celery reaches delivery."""

from datetime import timedelta

from campaigns.delivery.claims import claim
from campaigns.delivery.limits import SEND_LEASE
from campaigns.delivery.tasks import BUDGET, drain_deliveries, recover_deliveries
from config.kit import clock, queues
from tests.campaigns.delivery.world import NOON, state_of


def test_the_task_sends_what_is_due_and_the_other_gives_lapsed_claims_back(brand, nobody):
    delivery = brand.delivery()
    claim("email", now=NOON)
    with clock.at(NOON + timedelta(minutes=1)):
        recover_deliveries()
        drain_deliveries()
    assert state_of(delivery) == ("sent", "")


def test_the_tasks_have_the_names_that_others_nudge():
    assert (drain_deliveries.name, recover_deliveries.name) == (queues.DRAIN_DELIVERIES, queues.RECOVER_DELIVERIES)


def test_no_hard_limit_can_cut_off_a_send_that_would_still_be_settled():
    assert drain_deliveries.time_limit > BUDGET + SEND_LEASE.total_seconds()
