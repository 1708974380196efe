"""Every operator with every telling limit on every telling value: the interpreter and the SQL give one answer."""

from typing import Any

import pytest
from django.db import transaction

from audiences.conditions import OPERATORS, Place, compile_predicate, evaluate, parse
from audiences.segments.sql import compile_for_people, verdicts
from tests.agreement.strategies import NOW, PATTERNS, Someone
from tests.agreement.world import facts_of, settle
from tests.factories import workspace

pytestmark = pytest.mark.django_db
TEXTS = [
    "a",
    "A",
    "ab",
    "ba",
    "",
    " ",
    "5",
    "true",
    "上海",
    "上海市",
    "é",
    "e\u0301",
    "👩‍👩‍👧",
    "a%",
    "a_b",
    "\\",
    "}",
    "1}",
    "\ufb01",
    "\u212b",
    "A\u030a",
]
NUMBERS = [0, 1, 5, 5.0, 5.5, -1, 0.1, 1e23, 10**23, 2**53, 2**53 + 1, 2**63, 5e-324, 1e308, 9007199254740992.0]
INSTANTS = ["2026-03-02T12:00:00Z", "2026-02-23T12:00:00Z", "2026-02-23T12:00:00.000001Z", "2026-02-23T20:00:00+08:00"]
INSTANTS += [
    "2024-02-29T12:00:00-11:30",
    "2026-03-02t12:00:00z",
    "1000-01-01T00:00:00+14:45",
    "2026-02-24T11:00:00+15:59",
    "2026-02-24T11:59:59+00:00",
    "1999-12-31T23:59:59+00:00",
]
NO_INSTANTS = ["2026-03-02", "2026-02-30T00:00:00Z", "2026-03-02T12:00:60Z", "2026-02-23t11:59:59.9999999z", "now"]
NO_INSTANTS += [
    "0999-01-01T00:00:00Z", "12026-03-02T12:00:00Z", "2026-03-02T24:00:00Z", "2026-3-02T12:00:00Z", "infinity", "Z",
    "2026-03- 2T12:00:00Z", "2026-03-02 12:00:00Z", "+026-03-02T12:00:00Z", "2026-03-02T12:00:00ZZ",
    "2026-02-30T12:00:00Z", "2026-03-02T12:00:00", "2026-02-29T12:00:00+08:00", "0000-01-01T00:00:00Z",
    "2026-03-02T12:00:00+16:00", "2026-03-02T24:00:00+00:00", "2026-03-02T12:00:60+00:00", "2026-02-30T12:00:00+00:00",
    "2026- 3-02T12:00:00+00:00", "2026-03-02T 9:00:00+00:00", "2 26-03-02T12:00:00+00:00", "2026-03-02T12:60:00+00:00",
]  # fmt: skip
VALUES: list[Any] = [
    *TEXTS, *NUMBERS, *INSTANTS, *NO_INSTANTS, True, False, None, {}, [], {"a": 1}, [None], [""], ["a"], ["é"], {"": 1},
    ["a", "e\u0301"], [1], [1.0, "1"], [True], [1, 5, "5", "a"], [[1]], [{"a": 1}], [1e23], "a" * 3_000,
    "9999-12-31T23:59:59-15:59", "2026-03-09T12:00:00Z",
]  # fmt: skip
SCALARS = [*TEXTS, *NUMBERS, True, False]
LISTS = [
    ["a"],
    ["a", "é"],
    ["a", "ab"],
    ["上海", "A"],
    [1],
    [1, True],
    [5, "5"],
    ["e\u0301"],
    [""],
    [10**23],
    [0],
    [False, "a"],
]
LIMITS: dict[str, list[Any]] = {
    "in": LISTS,
    "starts_with": TEXTS,
    "matches": PATTERNS,
    "before": INSTANTS,
    "older_than": ["7d", "0s", "1h"],
    "between": [[0, 5], [5, 5], ["a", "b"], ["A", "é"], [1e22, 1e23], ["", "z"]],
    "eq": SCALARS,
    "lt": [*TEXTS, *NUMBERS],
    "exists": [None],
}
LIKE = {
    "ne": "eq", "contains": "eq", "not_contains": "eq", "lte": "lt", "gt": "lt", "gte": "lt", "not_in": "in",
    "ends_with": "starts_with", "not_exists": "exists", "after": "before", "newer_than": "older_than", "has_any": "in",
    "has_all": "in",
}  # fmt: skip


@pytest.mark.parametrize("op", OPERATORS)
def test_the_interpreter_and_sql_answer_alike(op):
    parsed = [
        parse({"trait": "v", "is": op} | ({} if limit is None else {"value": limit}), place=Place.SEGMENT)
        for limit in LIMITS[LIKE.get(op, op)]
    ]
    with transaction.atomic():
        brand = workspace().id
        ids, _ = settle(brand, [Someone(traits={"v": value}, happenings=[], segments=[]) for value in VALUES])
        known = facts_of(brand, ids, parsed)
        found = verdicts(compile_for_people(brand, *parsed, now=NOW))
    for i, value in zip(ids, VALUES, strict=True):
        facts = known[i].facts_at(NOW)
        for index, condition in enumerate(parsed):
            held = evaluate(condition, facts).held
            assert (compile_predicate(condition)(facts), found[i][index]) == (held, held), (value, condition.as_json())
    assert {held for answers in found.values() for held in answers} == {True, False}
