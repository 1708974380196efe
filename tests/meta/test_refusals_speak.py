"""What refuses an input says so in the reader's language: every sentence of these rooms is a phrase or translated."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from django.utils import translation

from audiences.computed.documents import read_document as read_trait
from audiences.conditions import Place, parse
from audiences.imports.mapping import plan_of
from audiences.imports.reading import reading_of
from audiences.segments.documents import read_document as read_segment
from config.env import BASE
from config.kit import strict_json
from config.kit.errors import InputRefused
from config.kit.phrases import Phrase, phrase
from config.kit.spoken import spoken, told

ROOMS: Final = (
    "audiences/conditions",
    "audiences/builder",
    "audiences/segments",
    "audiences/computed",
    "audiences/imports",
)
SINGLE: Final = ("config/kit/strict_json.py", "compliance/jobs/verbs.py", "audiences/identity/merging.py")
DOORS: Final = ("api.py", "_api.py")
"""Modules that only programs read."""
ROWS: Final = (BASE / "audiences/imports/values.py", BASE / "audiences/imports/building.py")
"""What a row should have held is kept in English, and translated when it is shown: test_expected.py."""
REFUSING: Final = {"Unfit": (0, 1), "refuse": (1, 2), "_refused": (1, 2), "Conflict": (0,)}
TRANSLATED: Final = {"_", "phrase", "did_you_mean", "gettext"}


def modules() -> list[Path]:
    found = [
        path
        for room in ROOMS
        for path in (BASE / room).rglob("*.py")
        if not path.name.endswith(DOORS) and path not in ROWS
    ]
    return [*found, *(BASE / path for path in SINGLE)]


def sentences(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield what each refusal says: the message and the hint."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        places = REFUSING.get(name, (1, 2) if ast.unparse(node.func).endswith("problems.add") else ())
        yield from (node.args[place] for place in places if place < len(node.args))
        if name in ("Problem", "did_you_mean"):
            yield from (word.value for word in node.keywords if word.arg in ("message", "hint", "otherwise"))


def bare(said: ast.expr) -> bool:
    """Whether a sentence, or a part of it, stands there in English alone."""
    if isinstance(said, ast.Constant):
        return bool(said.value)
    if isinstance(said, ast.IfExp):
        return bare(said.body) or bare(said.orelse)
    if isinstance(said, ast.BoolOp):
        return any(map(bare, said.values))
    return isinstance(said, ast.JoinedStr | ast.BinOp) and not ast.unparse(said).startswith("_(")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(BASE)))
def test_no_refusal_is_written_in_english_alone(path):
    found = {f"{said.lineno}: {ast.unparse(said)}" for said in sentences(ast.parse(path.read_text())) if bare(said)}
    assert found == set()


LEAF: Final = {"trait": "a", "is": "eq", "value": 1}
CONDITIONS: Final = [
    *(7, {}, {"tarit": 1}, {"measure": 1}, {**LEAF, "did": "x"}, {"all": []}, {"any": 3}, {"not": {"not": 4}}),
    *({"trait": name, "is": "exists"} for name in ("", "a..b", 3, "x" * 400)),
    *({"trait": "a", "is": op, "value": value} for op, value in (("eqq", 1), (None, 1), ("eq", None), ("eq", []))),
    *({"trait": "a", "is": "in", "value": value} for value in ("x", [], [None], list(range(600)))),
    *({"trait": "a", "is": "between", "value": value} for value in (1, [1], [2, 1], [1, "b"], [True, 2])),
    *({"trait": "a", "is": "matches", "value": value} for value in (1, "(?=x)", "a" * 600, "a" * 3_000)),
    *({"trait": "a", "is": "before", "value": value} for value in (1, "yesterday", "2026-01-01")),
    *({"trait": "a", "is": "newer_than", "value": value} for value in (1, "1mo", "x", "99999999d", "3M")),
    *({"trait": "a", "is": op} for op in ("eq", "gt", "contains")),
    {"trait": "a", "is": "exists", "value": 3},
    *({"did": "buy", **more} for more in ({"times": 3}, {"times": {"at_lest": 1}}, {"times": {"at_least": -1}})),
    *(
        {"did": "buy", **more}
        for more in ({"within": "0d"}, {"within": 3}, {"where": 3}, {"where": [3]}, {"witin": "3d"})
    ),
    *(
        {"sum": "buy", **more}
        for more in ({}, {"of": "a"}, {"of": "a", "is": "gte"}, {"of": "a", "is": "gte", "value": "x"})
    ),
    *({"sequence": steps} for steps in ([], 3, [3], [{"event": "a", "within": "3d"}], [{"event": ""}])),
    *({"last": "buy", **more} for more in ({}, {"has": []}, {"has": [3]})),
    *({"first": "buy", **more} for more in ({}, {"within": "x"})),
    {"stopped": "buy", "within": "3d", "quiet": "4d"},
    *({"regularly": "buy", **more} for more in ({}, {"every": "9000d", "periods": 50}, {"every": "1d", "periods": 0})),
    *({"held": leaf, "for": {"at_least": "7d"}} for leaf in (3, {"trait": "computed.x", "is": "eq", "value": 1})),
    *({"held": LEAF, **more} for more in ({}, {"for": 3}, {"for": {"at_lest": "7d"}})),
    *({"consent": asked} for asked in (3, {}, {"channel": "E Mail", "purpose": "x"})),
    *({"segment": key} for key in ("", 3)),
    *({"event_name": names} for names in ("buy", [], list(map(str, range(600))), [""])),
    {"property": "a", "is": "eq", "value": 1},
    *({"trait": "a", "is": "eq", "value": value} for value in (float("nan"), 10**400, "\0", b"x")),
    {"trait": "a", "is": "eq", "value": "x" * 70_000},
    {3: 4},
    {"all": [LEAF] * 600},
]
SEGMENTS: Final = [
    3, {"key": "new", "where": LEAF}, {"key": "a b", "where": LEAF}, {"key": "a"},
    {"key": "a", "where": LEAF, "kind": "x"},
    {"key": "a", "where": LEAF, "name": 3}, {"key": "a", "where": LEAF, "name": "x" * 400}, {"key": "a", "wher": LEAF},
]  # fmt: skip
TRAITS: Final = [
    3, {"key": "1"}, {"key": "a", "compute": {}}, {"key": "a", "compute": {"sum": "buy"}}, {"key": "a", "name": 3},
    {"key": "a", "compute": {"sum": "b", "count": "b"}}, {"key": "a", "compute": {"count": "b", "of": "x"}},
]  # fmt: skip
PLANS: Final = [
    {"what": "x"}, {"columns": [3]}, {"zone": "Mars/Olympus"}, {"event": "x" * 400},
    {"columns": [{"column": "no", "to": "x", "type": "y"}, {"column": "a", "to": "field"}]},
    {"columns": [{"column": "a", "to": "consent"}, {"column": "a", "to": "time"}, {"column": "a", "to": "time"}]},
    {"columns": [{"column": "a", "to": "field", "name": "computed"}]},
]  # fmt: skip
READINGS: Final = [{"x": 1}, {"encoding": "klingon"}, {"start": 9}]
BODIES: Final = [
    b"\xff",
    b"{",
    b"[" * 5_000,
    b"1" * 5_000,
    b"NaN",
    b"1e999",
    b'{"a":1,"a":2}',
    b'{"__proto__":1}',
    b'"\\u0000"',
    b'"\\ud800"',
]
ASKED: Final = [
    *((lambda raw=raw: parse(raw, place=Place.SEGMENT)) for raw in CONDITIONS),
    *((lambda raw=raw: read_segment(raw)) for raw in SEGMENTS),
    *((lambda raw=raw: read_segment(raw, key="b")) for raw in SEGMENTS[3:]),
    *((lambda raw=raw: read_trait(raw)) for raw in TRAITS),
    *((lambda raw=raw: plan_of(raw, header=["a"])) for raw in PLANS),
    *((lambda raw=raw: reading_of(raw)) for raw in READINGS),
    *((lambda raw=raw: strict_json.read(raw)) for raw in BODIES),
]


def refusals() -> Iterator[Any]:
    for ask in ASKED:
        with pytest.raises(InputRefused) as refused:
            ask()
        yield from refused.value.problems


def test_every_refusal_of_the_parsers_is_told_in_chinese():
    with translation.override("zh-hans"):
        problems = list(refusals())
        silent = [
            each for each in problems for text in (each.message, each.hint) if text and not _is_chinese(spoken(text))
        ]
    assert len(problems) > 120
    assert silent == []


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def test_programs_are_told_in_english_whatever_the_reader_s_language():
    with translation.override("zh-hans"):
        told_to_programs = [str(problem.message) for problem in refusals() if isinstance(problem.message, Phrase)]
    assert not any(_is_chinese(text) for text in told_to_programs)


def test_a_phrase_that_stands_in_another_is_translated_with_it():
    inner = phrase("the list is empty")
    outer = phrase("%(op)s: %(fault)s", op="in", fault=inner)
    assert outer == "in: the list is empty"
    with translation.override("zh-hans"):
        assert spoken(outer) == "in：列表为空"
        assert told(next(iter(refusals()))) == '7 不是条件 · 请写成对象，例如 {"trait": "city", …}'
