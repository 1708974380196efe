"""What the builder's buttons do to the rows."""

import pytest

from audiences.builder import reading
from audiences.builder.moves import take
from audiences.builder.rows import GROUP, Row
from audiences.builder.writing import Writer
from audiences.conditions import Place

KINDS_TO_ADD = [
    "trait",
    "did",
    "segment",
    "consent",
    "figure",
    "sequence",
    "last",
    "held",
    "first",
    "regularly",
    "group",
]
A, B, C = ({"segment": key} for key in "abc")


def rows(raw: object) -> Row:
    return reading.rows_of(raw, place=Place.SEGMENT)


def after(raw: object, *steps: str) -> object:
    root = rows(raw)
    for step in steps:
        assert take(root, step) is not None, step
    return Writer().root(root, "")


def test_ids_count_from_the_root_in_the_order_of_the_page():
    assert [row.id for row in rows({"all": [A, {"any": [B]}, C]}).walk()] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("up:3", {"all": [B, A, C]}),
        ("down:2", {"all": [B, A, C]}),
        ("double:2", {"all": [A, A, B, C]}),
        ("not:2", {"all": [{"not": A}, B, C]}),
        ("group:2", {"all": [{"any": [A]}, B, C]}),
        ("drop:3", {"all": [A, C]}),
        ("place:2:after:4", {"all": [B, C, A]}),
        ("place:4:before:2", {"all": [C, A, B]}),
        ("not:1", {"not": {"all": [A, B, C]}}),
    ],
)
def test_each_step_does_what_it_says(step, expected):
    assert after({"all": [A, B, C]}, step) == expected


def test_rows_go_into_the_group_beside_them_and_out_again():
    raw = {"all": [A, {"any": [B]}, C]}
    assert after(raw, "into:2") == {"all": [{"any": [A, B]}, C]}
    assert after(raw, "into:5") == {"all": [A, {"any": [B, C]}]}
    assert after(raw, "out:4") == {"all": [A, B, C]}
    assert after(raw, "place:2:in:3") == {"all": [{"any": [B, A]}, C]}
    assert after(raw, "ungroup:3") == {"all": [A, B, C]}
    assert after({"all": [A, B]}, "not:2", "not:2") == {"all": [A, B]}


@pytest.mark.parametrize(
    "step",
    [
        *("up:2", "down:4", "out:2", "into:2", "ungroup:2", "drop:1", "drop:99", "drop-item:2:x:0", "explode:2", ""),
        *("add:2:trait", "add:1:where", "add:1:step", "add:1:nonsense"),
        *("place:2:in:2", "place:2:before:2", "place:2:sideways:3"),
    ],
)
def test_what_cannot_be_done_changes_nothing(step):
    root = rows({"all": [A, B, C]})
    before = Writer().root(root, "")
    assert take(root, step) is None
    assert Writer().root(root, "") == before


def test_no_row_is_moved_into_itself():
    root = rows({"all": [{"any": [A]}, B]})
    assert take(root, "place:2:in:2") is None
    assert take(root, "place:2:before:3") is None


def test_a_lonely_row_is_written_without_a_group_until_another_joins():
    assert after(A, "double:2") == {"all": [A, A]}
    assert after({"all": [A, B]}, "drop:3") == {"all": [A]}


def test_a_new_row_of_every_kind_is_focused_and_asks_for_what_is_missing():
    for kind in KINDS_TO_ADD:
        root = rows({"all": [A, B]})
        done = take(root, f"add:1:{kind}")
        assert done is not None, kind
        assert any(row.id == done.row and row.kind != GROUP for row in root.walk()), kind
        writer = Writer()
        writer.root(root, "")
        assert bool(writer.faults) == (kind != "consent"), kind
