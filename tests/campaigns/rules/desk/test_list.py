"""The list of rules says what steers each: how far it is rolled out, when it runs and until when."""

import pytest
from django.urls import reverse

from tests import factories
from tests.campaigns.rules import given

pytestmark = pytest.mark.django_db
LABEL = {"add_label": "x"}
SCHEDULE = {"weekdays": [1, 5], "window": {"from": "09:00", "to": "18:00"}, "zone": "Asia/Shanghai"}


@pytest.fixture
def workspace():
    return factories.workspace()


@pytest.fixture
def listed(client, workspace):
    client.force_login(factories.user(workspace))

    def page():
        return client.get(reverse("rules")).content.decode()

    return page


def test_roll_out_schedule_and_end_stand_on_the_list(listed, workspace):
    steered = {"rollout": 12.5, "schedule": SCHEDULE, "expires": "2099-03-01T10:00:00Z"}
    given.listening(workspace, "part", LABEL, **steered)
    page = listed()
    assert "12.5 %" in page
    assert "Mon, Fri; 09:00–18:00 (Asia/Shanghai); until 2099-03-01" in page
    assert "10:00:00Z" not in page


def test_a_rule_without_limits_is_for_everybody(listed, workspace):
    given.listening(workspace, "whole", LABEL)
    page = listed()
    assert "100 %" in page
    assert "until" not in page
