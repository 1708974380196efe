"""The reference of rules says what the code does."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from campaigns.rules.__main__ import schema_text
from campaigns.rules.form import KEYS, parse_rule
from campaigns.rules.form.actions import LATER
from campaigns.rules.schema import json_schema
from config.kit.errors import InputRefused
from tests.campaigns.rules.given import BIG, raw_rule
from tests.campaigns.rules.streams.given import ANGRY, raw_burst

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
GOOD = [
    raw_rule(),
    raw_rule(unless={"not": {"segment": "vip"}}, name="Big", priority=-5, enabled=False, mode="shadow"),
    raw_burst(),
    raw_burst(resolve="5m", **{"for": "30s"}, grace="1m", unless={"measure": "distinct", "is": "gt", "value": 9}),
    raw_burst(resolve={"after": "5m", "emit": "calm"}, measure={"count": {}, "distinct": "a.b", "w": {"sum": "reach"}}),
    raw_rule(**{"if": {"trait": "tier", "is": "eq", "value": "gold"}, "for": "7d"}),
    raw_rule(absent={"event": "pay", "within": "2h"}),
    raw_rule(absent={"event": "pay", "within": "2h", "same": ["cart"], "where": ANGRY, "grace": "5m"}, where=ANGRY),
    {"key": "名字.a-b_1", "on": ["付款", "buy"], "then": [{"start_flow": "a"}, {"start_flow": "b"}]},
]
BAD = [
    {},
    raw_rule(key="a b"),
    raw_rule(on=[]),
    raw_rule(on=[""]),
    raw_rule(then=[{"webhook": "x"}]),
    raw_rule(then=[]),
    raw_rule(priority=1.5),
    raw_rule(priority=10**9),
    raw_rule(mode="loud"),
    raw_rule(enabled="yes"),
    raw_rule(colour="red"),
    raw_rule(over="10m"),
    raw_rule(grace="10m"),
    raw_rule(where=ANGRY),
    raw_burst(measure={}),
    raw_burst(measure={"count": "x"}),
    raw_burst(over="10"),
    raw_burst(**{"if": BIG}),
    raw_burst(absent={"event": "pay", "within": "2h"}),
    raw_rule(absent={"event": "pay"}),
    raw_rule(absent={"event": "pay", "within": "2h", "colour": 1}),
    raw_rule(unless={"all": [BIG, {}]}),
]


def test_the_schema_on_disk_is_current():
    written = (REFERENCE / "rule.schema.json").read_text(encoding="utf-8")
    assert written == schema_text(), "python -m campaigns.rules docs/reference/rule.schema.json"


@pytest.mark.parametrize("raw", GOOD)
def test_what_is_accepted_fits_the_schema(raw):
    form = parse_rule(raw)
    Draft202012Validator(json_schema()).validate(raw)
    Draft202012Validator(json_schema()).validate(form.definition)


@pytest.mark.parametrize("raw", BAD)
def test_what_is_refused_does_not_fit_the_schema(raw):
    with pytest.raises(InputRefused):
        parse_rule(raw)
    assert not Draft202012Validator(json_schema()).is_valid(raw)


def test_the_page_names_every_key_and_action():
    page = (REFERENCE / "rules.md").read_text(encoding="utf-8")
    assert [key for key in (*KEYS, *LATER) if f"`{key}`" not in page] == []
