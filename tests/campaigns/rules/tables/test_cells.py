"""What cells say, how they are written back, and what is refused with which way out."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiences.conditions import Place, parse
from campaigns.rules.tables.cells import read_cell
from campaigns.rules.tables.values import Unreadable, read_text, write_text

UTC = ZoneInfo("UTC")


def leaf(op, value):
    return {"property": "x", "is": op} if value is None else {"property": "x", "is": op, "value": value}


def read(kind, cell, zone=UTC):
    return read_cell(cell, kind=kind, leaf=leaf, zone=zone)


@pytest.mark.parametrize(
    ("kind", "cell", "condition", "written"),
    [
        ("number", "", None, "-"),
        ("number", " - ", None, "-"),
        ("number", None, None, "-"),
        ("number", 12, leaf("eq", 12), "12"),
        ("number", "-3", leaf("eq", -3), "-3"),
        ("number", "= 0.5", leaf("eq", 0.5), "0.5"),
        ("number", "10 .. 20", leaf("between", [10, 20]), "10..20"),
        ("number", "-5..-1", leaf("between", [-5, -1]), "-5..-1"),
        ("number", ">=5", leaf("gte", 5), ">= 5"),
        ("number", "1,2，3", leaf("in", [1, 2, 3]), "1, 2, 3"),
        ("number", "1..3, > 10", {"any": [leaf("between", [1, 3]), leaf("gt", 10)]}, "1..3, > 10"),
        ("number", "!= 5", {"not": leaf("eq", 5)}, "not 5"),
        ("number", "not 1..3, 7", {"not": {"any": [leaf("eq", 7), leaf("between", [1, 3])]}}, "not 1..3, 7"),
        ("number", "KNOWN", leaf("exists", None), "known"),
        ("number", "not known", leaf("not_exists", None), "missing"),
        ("number", [1, 2], leaf("in", [1, 2]), "1, 2"),
        ("text", "gold", leaf("eq", "gold"), "gold"),
        ("text", "金牌, 银牌", leaf("in", ["金牌", "银牌"]), "金牌, 银牌"),
        ("text", '"Rome, north", ""', None, None),
        ("text", '"Rome, north"', leaf("eq", "Rome, north"), '"Rome, north"'),
        ("text", '"-"', leaf("eq", "-"), '"-"'),
        ("text", '"say ""hi"""', leaf("eq", 'say "hi"'), '"say ""hi"""'),
        ("text", "starts with a", leaf("starts_with", "a"), "starts with a"),
        ("text", "Contains  x y", leaf("contains", "x y"), "contains x y"),
        ("text", "not gold", {"not": leaf("eq", "gold")}, "not gold"),
        ("text", 5, leaf("eq", "5"), "5"),
        ("truth", "Yes", leaf("eq", True), "yes"),
        ("truth", "否", leaf("eq", False), "no"),
        ("truth", False, leaf("eq", False), "no"),
        ("date", "older than 36h", leaf("older_than", "1d12h"), "older than 1d12h"),
        ("list", "a, 5", leaf("has_any", ["a", 5]), "a, 5"),
        ("list", 'has all a + "5"', leaf("has_all", ["a", "5"]), 'has all a + "5"'),
    ],
)
def test_a_cell_says(kind, cell, condition, written):
    if written is None:
        with pytest.raises(Unreadable):
            read(kind, cell)
        return
    found = read(kind, cell)
    assert (found.condition, found.written) == (condition, written)
    assert read(kind, written) == found
    if condition is not None:
        parse(condition, place=Place.EVENT)


def test_a_day_is_the_whole_day_of_the_columns_zone():
    found = read("date", "2026-03-29", ZoneInfo("Europe/Berlin")).condition
    assert found == {
        "all": [
            {"not": leaf("before", "2026-03-29T00:00:00+01:00")},
            leaf("before", "2026-03-30T00:00:00+02:00"),
        ]
    }


@pytest.mark.parametrize(
    ("kind", "cell", "hint"),
    [
        ("number", "1,000", "write digits only: 1000"),
        ("number", "20..10", "write the smaller number first: 10..20"),
        ("number", "ten", "such as 12, 0.5 or -3"),
        ("number", "1e999", "such as 12, 0.5 or -3"),
        ("number", "NaN", "such as 12, 0.5 or -3"),
        ("number", "1,,2", "write the values: a, b"),
        ("text", '"open', 'such as "Rome, north"'),
        ("text", "> b", 'if it is meant as it stands: "> b"'),
        ("truth", "maybe", "write yes or no"),
        ("date", "2026-02-30", "such as 2026-01-05 or 2026-01-05T08:00:00Z"),
        ("date", "2026-01-05T08:00:00", "such as 2026-01-05 or 2026-01-05T08:00:00Z"),
        ("number", {"a": 1}, "write a text, a number, yes or no"),
        ("text", "x" * 3_000, "at most 2000"),
    ],
)
def test_a_cell_that_says_nothing_is_refused_with_the_way_out(kind, cell, hint):
    with pytest.raises(Unreadable) as caught:
        read(kind, cell)
    assert caught.value.hint == hint


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)


@settings(max_examples=300, deadline=None)
@given(st.lists(texts, min_size=1, max_size=3, unique=True), st.booleans())
def test_any_texts_are_written_so_that_they_are_read_as_the_same(values, turned):
    written = ", ".join(map(write_text, values))
    found = read("text", f"not {written}" if turned else written)
    assert found.written == (f"not {written}" if turned else written)
    assert [read_text(write_text(value)) for value in values] == values
    inner = found.condition["not"] if turned else found.condition
    assert inner == (leaf("in", values) if len(values) > 1 else leaf("eq", values[0]))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=20), st.sampled_from(["number", "text", "truth", "date", "list"]))
def test_any_text_is_read_and_written_back_or_refused(text, kind):
    try:
        found = read(kind, text)
    except Unreadable:
        return
    assert read(kind, found.written) == found
