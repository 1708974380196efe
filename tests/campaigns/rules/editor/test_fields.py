"""What the form has no fields for is kept, also by a page that is older than it."""

import pytest
from django.http import QueryDict

from campaigns.rules.editor import fields
from tests import factories

pytestmark = pytest.mark.django_db
TIMED = {
    "key": "quiet",
    "name": "Quiet",
    "on": ["cart"],
    "absent": {"event": "purchase", "within": "1h"},
    "then": [{"add_label": "forgot"}],
    "resolve": {"after": "5m"},
}


@pytest.fixture
def workspace():
    return factories.workspace()


def test_an_older_page_takes_nothing_away_that_its_form_does_not_show(workspace):
    page = QueryDict("name=Still&on=cart,view&a-0-kind=add_label&a-0-label=late&priority=5&mode=shadow&enabled=on")
    saved = fields.posted(page, workspace.pk, definition=TIMED).definition()
    assert saved == {
        "key": "quiet",
        "name": "Still",
        "on": ["cart", "view"],
        "then": [{"add_label": "late"}],
        "priority": 5,
        "enabled": True,
        "mode": "shadow",
        "absent": TIMED["absent"],
        "resolve": TIMED["resolve"],
    }


def test_a_definition_is_the_same_after_the_form(workspace):
    whole = {
        "key": "big",
        "name": "Big",
        "on": ["purchase"],
        "if": {"property": "amount", "is": "gte", "value": 50},
        "unless": {"segment": "staff"},
        "then": [
            {"start_flow": "thanks"},
            {"emit": {"event": "big", "properties": {"amount": {"property": "amount"}}}},
            {"set_trait": {"trait": "tier", "value": "1"}},
            {"set_trait": {"trait": "rank", "value": None}},
            {"webhook": {"endpoint": "crm", "data": {}}},
            {"open_incident": {"severity": 2}},
        ],
        "priority": 7,
        "enabled": False,
        "mode": "shadow",
        "exclusive": "baskets",
        "cooldown": "7d",
        "max_firings": {"per_subject": 3, "in_all": 100, "per": "30d"},
        "schedule": {
            "from": "2026-03-01T00:00:00+00:00",
            "weekdays": [1, 5],
            "window": {"from": "08:00", "to": "20:00"},
            "zone": "Asia/Shanghai",
        },
        "expires": "2027-01-01T00:00:00+00:00",
        "rollout": 12.5,
    }
    again = fields.of(whole, workspace.pk).definition()
    again["then"][4]["webhook"].setdefault("data", {})
    assert again == whole
