"""What reaches durable_rules is harmless by construction, and leaves nothing behind."""

import json
import re

import pytest

from campaigns.rules import engine
from campaigns.rules.engine import Comparison, EngineFault, Term
from campaigns.rules.gate import ROOT


def facts(**codes):
    return engine.HEAD + "".join(f',"{alias}":{code}' for alias, code in codes.items()) + "}"


def found(handle, **codes):
    keys: list[str] = []
    engine.collect([handle], facts(**codes), keys)
    return sorted(keys)


@pytest.fixture
def ruleset():
    made: list[int] = []

    def build(branches):
        made.append(engine.build(branches))
        return made[-1]

    yield build
    for handle in made:
        engine.retire(handle)


def test_each_comparison_holds_exactly_where_it_should(ruleset):
    handle = ruleset({number: [Term("a1", comparison, 5)] for number, comparison in enumerate(Comparison)})
    order = [comparison.name for comparison in Comparison]
    assert [order[int(key)] for key in found(handle, a1=4)] == ["NE", "LTE"]
    assert [order[int(key)] for key in found(handle, a1=5)] == ["EQ", "GTE", "LTE"]
    assert [order[int(key)] for key in found(handle, a1=6)] == ["NE", "GTE"]
    assert found(handle) == []


def test_all_branches_that_hold_are_found_not_only_the_first(ruleset):
    handle = ruleset({number: [Term("a1", Comparison.GTE, number)] for number in range(50)})
    assert len(found(handle, a1=49)) == 50


def test_a_branch_without_tests_always_holds(ruleset):
    assert found(ruleset({7: []}), a1=1) == ["7"]


def test_a_fact_leaves_no_trace_for_the_next_one(ruleset):
    handle = ruleset({1: [Term("a1", Comparison.EQ, 1)], 2: [Term("a2", Comparison.EQ, 1)]})
    assert [found(handle, a1=1), found(handle, a2=1), found(handle), found(handle, a1=1)] == [["1"], ["2"], [], ["1"]]


@pytest.mark.parametrize(
    "term",
    [
        Term("id", Comparison.EQ, 1),
        Term("sid", Comparison.EQ, 1),
        Term("$s", Comparison.EQ, 1),
        Term("k", Comparison.EQ, 1),
        Term("a1.b", Comparison.EQ, 1),
        Term('a1":1}}', Comparison.EQ, 1),
        Term("a1", Comparison.EQ, 1 << 31),
        Term("a1", Comparison.GTE, -(1 << 40)),
    ],
)
def test_only_aliases_of_our_own_and_small_codes_can_be_said(term):
    with pytest.raises(ValueError, match="not a term of this engine"):
        engine.build({1: [term]})


@pytest.mark.parametrize(
    "branches",
    [
        {},
        {number: [] for number in range(51)},
        {1: [Term("a1", Comparison.NE, code) for code in range(65)]},
    ],
)
def test_what_would_break_the_librarys_limits_is_not_built(branches):
    with pytest.raises(ValueError, match="holds"):
        engine.build(branches)


def test_nothing_but_flat_conjunctions_of_comparisons_is_ever_said(monkeypatch):
    """Joins, counts, timers, regular expressions, `$or`, `none`, `cap` and arithmetic have no words here."""
    said: list[str] = []
    real = engine.native.create_ruleset
    monkeypatch.setattr(engine.native, "create_ruleset", lambda name, text: said.append(text) or real(name, text))
    tests = [Term(f"a{n}", comparison, n) for n, comparison in enumerate(Comparison)]
    engine.retire(engine.build({n: tests[: n + 1] for n in range(4)}))
    rules = json.loads(said[0])
    for name, rule in rules.items():
        ((matching,),) = [list(part.values()) for part in rule["all"]]
        parts = matching.get("$and", [matching])
        assert set(rule) == {"all"}
        assert parts[0] == {"k": 1 if name != "w" else -1}
        for part in parts:
            ((word, value),) = part.items()
            assert word in {"k", "$neq", "$gte", "$lte", "a0"}
            assert isinstance(value, int) or all(isinstance(code, int) for code in value.values())


def test_a_fault_of_the_library_is_told_and_not_taken_for_no_match(ruleset):
    handle = ruleset({1: [Term("a1", Comparison.EQ, 1)]})
    with pytest.raises(EngineFault):
        engine.collect([handle], engine.HEAD + ',"a1":1e999}', [])


def test_only_the_door_imports_the_library():
    """`tests/bench` measures the library by itself, in processes of its own."""
    own = [
        path
        for app in ("audiences", "campaigns", "compliance", "config", "content")
        for path in (ROOT / app).rglob("*.py")
    ]
    importing = [
        str(path.relative_to(ROOT))
        for path in own
        if re.search(r"^\s*(import|from) durable", path.read_text(), re.MULTILINE)
    ]
    assert importing == ["campaigns/rules/engine.py"]
