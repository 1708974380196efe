"""The reference says what the code does: schema, page and sentences are complete and current."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from audiences.conditions import OPERATORS, Facts, Place, evaluate, json_schema, parse, reason, summary
from audiences.conditions.__main__ import schema_text
from audiences.conditions.parse import COMBINATORS, LEAVES
from audiences.conditions.reference import FORMS, MEANINGS, page
from audiences.conditions.wording import LANGUAGES
from audiences.segments.sql.operators import OPERATORS as IN_SQL
from tests.agreement.strategies import NOW, conditions

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def test_the_schema_on_disk_is_current():
    written = (REFERENCE / "conditions.schema.json").read_text(encoding="utf-8")
    assert written == schema_text(), "python -m audiences.conditions docs/reference"


def test_the_page_on_disk_is_current():
    assert (REFERENCE / "conditions.md").read_text(encoding="utf-8") == page(), "python -m audiences.conditions …"


def test_the_page_names_every_operator_and_leaf():
    assert set(FORMS) == {*COMBINATORS, *LEAVES}
    assert set(MEANINGS) == set(OPERATORS)
    written = page()
    assert [
        name
        for name in (*OPERATORS, *COMBINATORS, *LEAVES)
        if f"`{name}`" not in written and f'"{name}"' not in written
    ] == []


def test_every_operator_exists_in_sql_and_in_every_language():
    assert set(IN_SQL) == set(OPERATORS)
    for words in LANGUAGES.values():
        assert set(words.operators) == set(OPERATORS)


@QUICK
@given(conditions(Place.EVENT))
def test_what_is_accepted_fits_the_schema_and_can_be_told(raw):
    condition = parse(raw, place=Place.EVENT)
    Draft202012Validator(json_schema()).validate(raw)
    Draft202012Validator(json_schema()).validate(condition.as_json())
    verdict = evaluate(condition, Facts(now=NOW, traits={}))
    for language in ("en", "zh-hans"):
        assert summary(condition, language)
        assert all(reason(leaf, language) for leaf in (verdict, *verdict.children))


@pytest.mark.parametrize(
    "raw",
    [
        {"all": []},
        {"trait": "a", "is": "eq"},
        {"trait": "a", "is": "eqq", "value": 1},
        {"did": "a", "within": "1mo"},
        {"trait": "a", "is": "in", "value": "x"},
        {"did": "a", "times": {"at_least": 1, "at_most": 2}},
        {"sum": "a"},
        {},
        {"trait": "a..b", "is": "exists"},
        {"trait": "a", "is": "exists", "more": 1},
    ],
)
def test_what_is_refused_does_not_fit_the_schema(raw):
    assert not Draft202012Validator(json_schema()).is_valid(raw)


def test_segments_have_a_schema_of_their_own():
    schema = {**json_schema(), "$ref": "#/$defs/segment_condition"}
    assert Draft202012Validator(schema).is_valid({"not": {"did": "buy"}})
    assert not Draft202012Validator(schema).is_valid({"any": [{"property": "a", "is": "exists"}]})


def test_a_condition_is_told_in_the_reader_s_language():
    raw = {"all": [{"did": "purchase", "times": {"at_least": 3}, "within": "30d"}, {"not": {"segment": "vip"}}]}
    condition = parse(raw, place=Place.SEGMENT)
    assert (
        summary(condition, "en")
        == "did “purchase” at least 3 times in the last 30 days and not (is in the segment “vip”)"
    )
    assert summary(condition, "zh-hans") == "最近 30 天内发生“purchase”至少 3 次，并且并非（属于人群“vip”）"
    verdict = evaluate(condition, Facts(now=NOW, traits={})).children[0]
    assert reason(verdict, "en") == "did “purchase” at least 3 times in the last 30 days; found: 0"
    assert reason(verdict, "zh-hans") == "最近 30 天内发生“purchase”至少 3 次；实际：0"
