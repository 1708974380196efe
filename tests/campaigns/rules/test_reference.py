"""The reference of rules says what the code does."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from campaigns.rules.__main__ import schema_text
from campaigns.rules.form import KEYS, parse_rule
from campaigns.rules.form.actions import LATER
from campaigns.rules.form.rule import AGGREGATE
from campaigns.rules.schema import json_schema
from config.kit.errors import InputRefused
from tests.campaigns.rules.given import BIG, raw_rule

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
GOOD = [
    raw_rule(),
    raw_rule(unless={"not": {"segment": "vip"}}, name="Big", priority=-5, enabled=False, mode="shadow"),
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
    assert [key for key in (*KEYS, *LATER, *AGGREGATE) if f"`{key}`" not in page] == []
