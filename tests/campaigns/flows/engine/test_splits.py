"""A split sends the same person the same way, and many people in proportion to the weights (W6)."""

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.flows.engine.checks import check
from campaigns.flows.engine.splits import arm_of
from config.kit.errors import InputRefused
from tests.campaigns.flows.engine.making import DONE, go, graph, passed, sight

ENDS = {"a": DONE, "b": DONE, "c": DONE}


def toss(*weights: float):
    arms = [{"weight": weight, "next": name} for weight, name in zip(weights, ENDS, strict=False)]
    return graph({"toss": {"do": "split", "arms": arms}, **ENDS})


def arm(flow, person: int) -> int:
    return arm_of(flow.nodes["toss"], flow=flow.key, subject=UUID(int=person))


def test_many_people_are_spread_in_proportion_to_the_weights():
    flow = toss(1, 3, 6)
    found = Counter(arm(flow, person) for person in range(10_000))
    assert all(abs(found[number] - share * 1000) < 200 for number, share in enumerate((1, 3, 6)))


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=3).filter(any), st.integers(0, 2**128 - 1))
def test_the_same_person_takes_the_same_arm_and_never_one_without_weight(weights, person):
    flow = toss(*weights)
    taken = arm(flow, person)
    assert weights[taken] > 0
    assert arm(toss(*weights), person) == taken


def test_two_splits_draw_apart():
    half = [{"weight": 1, "next": "x"}, {"weight": 1, "next": "y"}]
    flow = graph({"one": {"do": "split", "arms": half}, "two": {"do": "split", "arms": half}, "x": DONE, "y": DONE})
    drawn = Counter(
        tuple(arm_of(flow.nodes[name], flow=flow.key, subject=UUID(int=person)) for name in ("one", "two"))
        for person in range(2000)
    )
    assert len(drawn) == 4
    assert min(drawn.values()) > 400


def test_a_run_goes_on_at_once_and_its_step_says_where():
    flow = toss(0, 1)
    decision = go(flow, seen=sight(subject=UUID(int=7)))
    assert passed(decision) == [("toss", "arm 2"), ("b", "completed")]
    assert decision.steps[0].detail == {"next": "b"}


@pytest.mark.parametrize(
    ("arms", "path"),
    [
        ([{"weight": 1, "next": "a"}], "/nodes/toss/arms"),
        ([{"weight": 0, "next": "a"}, {"weight": 0, "next": "b"}], "/nodes/toss/arms"),
        ([{"weight": -1, "next": "a"}, {"weight": 1, "next": "b"}], "/nodes/toss/arms/0/weight"),
        ([{"next": "a"}, {"weight": 1, "next": "b"}], "/nodes/toss/arms/0/weight"),
        ([{"weight": 1, "next": "a"}, {"weight": 1}], "/nodes/toss/arms/1/next"),
    ],
)
def test_arms_that_make_no_sense_are_refused_where_they_stand(arms, path):
    with pytest.raises(InputRefused) as refused:
        graph({"toss": {"do": "split", "arms": arms}, **ENDS})
    assert path in [problem.path for problem in refused.value.problems]


def test_an_unknown_target_and_a_loop_through_a_split_are_found():
    half = [{"weight": 1, "next": "gone"}, {"weight": 1, "next": "a"}]
    assert [p.path for p in check(graph({"toss": {"do": "split", "arms": half}, "a": DONE}))] == [
        "/nodes/toss/arms/0/next"
    ]
    around = [{"weight": 1, "next": "toss"}, {"weight": 1, "next": "a"}]
    (found,) = check(graph({"toss": {"do": "split", "arms": around}, "a": DONE}))
    assert "loop without a wait" in found.message
