"""The escalation form: more than 50 negative mentions in ten minutes from three sources, in a day of mentions."""

from datetime import timedelta

import pytest

from audiences.intake.models import Event
from campaigns.rules.define import define
from campaigns.rules.models import Firing
from campaigns.triggers import drain_intake
from config.kit import clock
from tests import factories
from tests.bench import burst_load
from tests.campaigns.rules.streams import given
from tests.factories import NOON


@pytest.mark.django_db
def test_a_burst_in_a_day_of_mentions_fires_once_at_the_mention_of_a_plain_reading():
    workspace = factories.workspace()
    define(workspace.pk, burst_load.RULE, actor=factories.actor(), now=NOON)
    told = burst_load.mentions(6_000, start=NOON - timedelta(days=1, hours=1))
    for at, part in burst_load.as_they_come(told):
        given.mentions(workspace, *(said.told() for said in part), received_at=at)
    with clock.at(NOON):
        assert drain_intake(budget_s=120).events == 6_000
    ((number, figures),) = burst_load.alarms(told)
    firing = Firing.objects.get()
    assert (Event.objects.get(pk=firing.event_id).properties["id"], firing.facts["measures"]) == (str(number), figures)
    assert not Event.objects.exclude(name="mention").exists()
