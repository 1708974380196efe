"""How often a statement goes through the events, and what it asks of a text before it reads an instant in it."""

from datetime import UTC, datetime

import pytest

from audiences.conditions import Place, parse
from audiences.segments.sql import compile_for_people
from audiences.segments.sql.spelling import ends_only_text

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BOUGHT = {"did": "buy", "within": "7d"}
SPENT = {"sum": "pay", "of": "amount", "within": "60d", "is": "gte", "value": 500}
LOOKED = {"not": {"did": "view", "where": [{"property": "sku", "is": "eq", "value": "S1"}], "within": "1d"}}


def passes(*conditions):
    compiled = compile_for_people(1, *(parse(one, place=Place.SEGMENT) for one in conditions), now=NOW)
    return compiled.source.count("audiences_event e")


@pytest.mark.django_db
def test_all_windows_of_all_conditions_are_one_pass_over_the_events():
    assert passes({"all": [BOUGHT, SPENT, LOOKED]}) == passes(BOUGHT, SPENT, LOOKED) == passes(BOUGHT) == 1


@pytest.mark.django_db
def test_what_is_counted_ever_takes_no_pass():
    assert passes({"all": [{"did": "buy", "times": {"at_least": 2}}, {"first": "buy", "within": "7d"}]}) == 0


@pytest.mark.django_db
def test_an_age_is_told_by_the_written_date_where_all_are_judged_at_one_time():
    leaf = parse({"trait": "signed_up", "is": "newer_than", "value": "30d"}, place=Place.SEGMENT)
    compiled = compile_for_people(1, leaf, now=NOW)
    assert {"2026-01-30", "2026-02-02"} <= {value for value in compiled.params().values() if isinstance(value, str)}


@pytest.mark.parametrize("text", ["7", "-1", "e", "rue", "alse", "1]", "a}", "", "1.5e+3"])
def test_what_a_number_a_list_or_a_truth_value_may_end_in_does_not_tell_a_text(text):
    assert not ends_only_text(text)


@pytest.mark.parametrize("text", ["7@example.com", "x", "True", "] ", "上"])
def test_what_only_a_text_may_end_in_does(text):
    assert ends_only_text(text)
