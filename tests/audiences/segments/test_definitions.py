"""Segments are defined in immutable versions; what cannot be judged is refused by place."""

import pytest

from audiences import segments
from audiences.segments.models import Segment, SegmentVersion
from compliance.audit import entries
from config.kit.errors import Conflict, InputRefused
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand():
    return factories.workspace().id


def define(brand, key, where, **more):
    return segments.define(brand, {"key": key, "where": where, **more}, actor=factories.actor(), now=NOON)


def problems(brand, raw):
    with pytest.raises(InputRefused) as refusal:
        segments.define(brand, raw, actor=factories.actor(), now=NOON)
    return {problem.path: problem.message for problem in refusal.value.problems}


def test_the_same_definition_again_is_no_new_version(brand):
    define(brand, "loyal", {"did": "buy", "within": "1d12h"})
    define(brand, "loyal", {"did": "buy", "times": {"at_least": 1}, "within": "36h"})
    assert SegmentVersion.objects.count() == 1
    define(brand, "loyal", {"did": "buy"})
    assert list(SegmentVersion.objects.values_list("number", flat=True)) == [1, 2]
    assert [entry.action for entry in entries(brand)] == ["segment.changed", "segment.defined"]


def test_circles_are_refused_and_named(brand):
    define(brand, "a", {"did": "buy"})
    define(brand, "b", {"segment": "a"})
    define(brand, "c", {"not": {"segment": "b"}})
    found = problems(brand, {"key": "a", "where": {"any": [{"segment": "c"}, {"did": "buy"}]}})
    assert found == {"/where": "the segments go in a circle: a → c → b → a"} or "circle" in found["/where"]
    assert "circle" in problems(brand, {"key": "d", "where": {"segment": "d"}})["/where"]
    assert Segment.objects.get(key="a").versions.count() == 1


def test_every_problem_is_named_at_once(brand):
    found = problems(
        brand,
        {"key": "a b", "kind": "dynamik", "colour": 1, "name": 5, "where": {"all": [{"trait": "x", "is": "eqq"}]}},
    )
    assert set(found) == {"/key", "/kind", "/colour", "/name", "/where/all/0/is"}


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "x",
        {},
        {"key": "a"},
        {"key": "preview", "where": {"did": "buy"}},
        {"key": "a", "where": {"event_name": ["x"]}},
    ],
)
def test_what_is_no_segment_is_refused(brand, raw):
    assert problems(brand, raw)


def test_an_unknown_segment_is_refused_with_the_nearest_name(brand):
    define(brand, "loyal", {"did": "buy"})
    with pytest.raises(InputRefused) as refusal:
        define(brand, "other", {"segment": "royal"})
    assert refusal.value.problems[0].hint == "did you mean loyal?"


def test_a_segment_that_others_read_is_not_archived(brand):
    define(brand, "a", {"did": "buy"})
    define(brand, "b", {"segment": "a"})
    assert [str(use) for use in segments.used_by(brand, "a")] == ["segment b"]
    with pytest.raises(Conflict, match="read by segment b"):
        segments.archive(brand, "a", actor=factories.actor(), now=NOON)
