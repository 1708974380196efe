"""Form and definition say the same, for every condition of the language."""

from urllib.parse import parse_qsl, urlencode

import pytest
from django.http import QueryDict
from hypothesis import given, settings

from audiences.builder import posting, reading
from audiences.builder.rows import RAW, Row
from audiences.builder.writing import Writer
from audiences.conditions import Place, parse
from config.kit.versions import canonical
from tests.agreement.strategies import conditions


def through_a_browser(root: Row) -> Row:
    """Send the fields of a form as a browser does: line ends of text areas become CR LF, those of inputs vanish."""
    kinds = {f"c-{row.id}-json" for row in root.walk() if row.kind == RAW}
    fields = [
        (name, text.replace("\n", "\r\n") if name in kinds else text.replace("\n", "").replace("\r", ""))
        for name, text in posting.encoded(root, "c")
    ]
    sent = urlencode(fields)
    assert parse_qsl(sent, keep_blank_values=True) == fields
    found = posting.decoded(QueryDict(sent), "c")
    assert found is not None
    return found


def back(raw: object, place: Place) -> object:
    root = through_a_browser(reading.rows_of(raw, place=place))
    return Writer().root(root, "/where")


@pytest.mark.parametrize("place", list(Place))
def test_every_condition_comes_back_from_its_form_as_it_was(place):
    @settings(max_examples=400, deadline=None)
    @given(conditions(place))
    def holds(raw):
        expected = parse(raw, place=place).as_json()
        assert canonical(back(raw, place)) == canonical(expected)

    holds()


@pytest.mark.parametrize(
    "leaf",
    [
        {"trait": "city", "is": "eq", "value": "Paris"},
        {"trait": "age", "is": "between", "value": [18, 65.5]},
        {"trait": "age", "is": "in", "value": [1, "1", True]},
        {"trait": "vip", "is": "eq", "value": True},
        {"trait": "seen", "is": "before", "value": "2026-03-02T12:00:00.123456789+08:00"},
        {"trait": "seen", "is": "newer_than", "value": "30d"},
        {"trait": "seen", "is": "newer_than", "value": "1d12h"},
        {"did": "purchase", "where": [{"property": "amount", "is": "gte", "value": 1e22}], "times": {"at_least": 3}},
        {"segment": "vip"},
        {"consent": {"channel": "email", "purpose": "marketing"}},
        {"sum": "buy", "of": "amount", "within": "30d", "is": "gte", "value": 100},
        {"distinct": "buy", "of": "sku", "is": "between", "value": [2, 5]},
        {"sequence": [{"event": "view"}, {"event": "buy", "within": "3d"}], "within": "7d"},
        {"last": "test", "has": [{"property": "score", "is": "lt", "value": 3}]},
        {"held": {"trait": "tier", "is": "eq", "value": "gold"}, "for": {"at_least": "7d"}},
        {"first": "buy", "within": "1w"},
        {"stopped": "buy", "within": "2w", "quiet": "1w"},
        {"returned": "buy", "within": "2d", "after_quiet": "1w"},
        {"regularly": "buy", "every": "3d", "periods": 3, "in_at_least": 2, "times": {"at_least": 1}},
    ],
)
def test_common_leaves_have_rows_of_their_own(leaf):
    root = reading.rows_of(leaf, place=Place.SEGMENT)
    assert root.inside()[0].kind != RAW
    assert canonical(back(leaf, Place.SEGMENT)) == canonical(parse(leaf, place=Place.SEGMENT).as_json())


@pytest.mark.parametrize(
    "leaf",
    [
        {"trait": "note", "is": "eq", "value": "two\nlines"},
        {"trait": "note", "is": "eq", "value": ""},
        {"trait": " city", "is": "eq", "value": "Paris"},
    ],
)
def test_what_fields_cannot_say_exactly_is_a_row_of_json(leaf):
    root = reading.rows_of(leaf, place=Place.SEGMENT)
    assert root.inside()[0].kind == RAW
    assert back(leaf, Place.SEGMENT) == leaf


def test_negations_keep_their_number():
    raw = {"not": {"not": {"all": [{"not": {"segment": "vip"}}]}}}
    assert back(raw, Place.SEGMENT) == raw
