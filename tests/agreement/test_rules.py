"""The rules as durable_rules runs them and as the interpreter judges them answer alike, whatever the input."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiences.conditions import EventFact, Facts, Place, TraitFact, parse
from campaigns.rules.compile import Clause
from campaigns.rules.oracle import Interpreter
from campaigns.rules.program import Program
from tests.agreement.strategies import EVENTS, NOW, Someone, conditions, people, trees

QUICK = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
THOROUGH = settings(max_examples=1_000, deadline=None, suppress_health_check=list(HealthCheck))
BRANCHED = st.recursive(
    conditions(Place.EVENT),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=12,
)
rules = st.lists(
    st.tuples(BRANCHED, st.lists(st.sampled_from(EVENTS), min_size=1, max_size=3)), min_size=10, max_size=10
)


def _moments(someone: Someone, at_hand: Sequence[tuple[str, dict[str, Any]]]) -> list[Facts]:
    past = sorted(someone.happenings, key=lambda one: one.at)
    history: dict[str, list[EventFact]] = {}
    for one in past:
        history.setdefault(one.name, []).append(EventFact(name=one.name, at=one.at, properties=one.properties))
    told: dict[str, list[TraitFact]] = {}
    for trait, at, value in sorted(someone.told, key=lambda word: word[1]):
        told.setdefault(trait, []).append(TraitFact(at=at, value=value))
    return [
        Facts(
            now=NOW,
            traits=someone.traits,
            event=EventFact(name=name, at=NOW, properties=properties),
            history=history,
            segments=frozenset(someone.segments),
            told=told,
            first_seen=someone.since,
            granted=frozenset(someone.granted),
        )
        for name, properties in at_hand
    ]


def compare(written: list[Any], someone: Someone, events: Sequence[tuple[str, dict[str, Any]]]) -> None:
    clauses = [
        Clause(id=number, on=tuple(on), condition=parse(raw, place=Place.EVENT))
        for number, (raw, on) in enumerate(written)
    ]
    program, interpreter = Program(clauses), Interpreter(clauses)
    try:
        for facts in _moments(someone, [*events, *events]):
            assert program.match(facts.event, facts) == interpreter.match(facts.event, facts)
        assert program.faults == 0
    finally:
        program.retire()


handed = st.lists(st.tuples(st.sampled_from(EVENTS), trees), min_size=1, max_size=4)


@QUICK
@given(rules, people, handed)
def test_engine_and_interpreter_agree(written, someone, events):
    compare(written, someone, events)


@pytest.mark.slow
@THOROUGH
@given(rules, people, handed)
def test_engine_and_interpreter_agree_ten_thousand_times(written, someone, events):
    compare(written, someone, events)
