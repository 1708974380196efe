"""Versions are never lost, can be told apart in words and made live again; what is read is not archived."""

from datetime import timedelta

import pytest

from audiences import segments
from audiences.segments.models import Membership, Segment
from campaigns.flows import definitions as flows
from campaigns.rules import define as rules
from campaigns.rules.gate import in_this_process
from compliance.audit.trail import entries
from config.kit.errors import Conflict, InputRefused
from tests import factories
from tests.audiences.events import come, row
from tests.factories import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


@pytest.fixture
def brand():
    return factories.workspace().id


def define(brand, key, where, now=NOON, **more):
    return segments.define(brand, {"key": key, "where": where, **more}, actor=factories.actor(), now=now)


def inside(brand, key):
    return Membership.objects.filter(workspace_id=brand, segment__key=key, left_at__isnull=True).count()


def said(old, new):
    return [str(change) for change in segments.changes_between(old, new)]


def test_a_version_is_restored_as_a_new_one(brand):
    come(row(brand, user="u"), row(brand, user="v", name="view"), row(brand, user="w", name="view"))
    define(brand, "a", {"did": "buy"})
    define(brand, "a", {"did": "view"})
    assert inside(brand, "a") == 2
    segment = segments.restore(brand, "a", 1, actor=factories.actor(), now=LATER)
    assert (segment.live.number, segment.live.note, inside(brand, "a")) == (3, "restored from version 1", 1)
    assert [version.number for version in segments.versions_of(segment)] == [3, 2, 1]
    assert segments.version_of(segment, 2).definition["where"]["did"] == "view"


def test_an_archived_segment_comes_back_with_its_people(brand):
    come(row(brand, user="u"))
    define(brand, "a", {"did": "buy"})
    segments.archive(brand, "a", actor=factories.actor(), now=NOON)
    assert (Segment.objects.get().archived, inside(brand, "a")) == (True, 0)
    back = segments.unarchive(brand, "a", actor=factories.actor(), now=LATER)
    assert (back.archived, back.current, inside(brand, "a")) == (False, True, 1)
    again = segments.unarchive(brand, "a", actor=factories.actor(), now=LATER)
    assert [version.number for version in segments.versions_of(again)] == [back.live.number] == [1]
    trail = entries(brand, object_kind="segment", object_id="a").order_by("pk")
    assert [entry.action for entry in trail] == ["segment.defined", "segment.archived", "segment.unarchived"]


def test_a_snapshot_comes_back_with_those_whom_it_held_not_with_those_who_match_by_now(brand):
    come(row(brand, user="u"))
    define(brand, "then", {"did": "buy"}, kind="snapshot")
    come(row(brand, user="v"))
    segments.archive(brand, "then", actor=factories.actor(), now=NOON)
    back = segments.unarchive(brand, "then", actor=factories.actor(), now=LATER)
    assert (back.live.number, back.current, inside(brand, "then")) == (1, True, 1)


def test_what_reads_an_archived_segment_is_not_brought_back_before_it(brand):
    define(brand, "source", {"did": "buy"})
    define(brand, "a", {"segment": "source"})
    for key in ("a", "source"):
        segments.archive(brand, key, actor=factories.actor(), now=NOON)
    with pytest.raises(InputRefused):
        segments.unarchive(brand, "a", actor=factories.actor(), now=LATER)
    for key in ("source", "a"):
        assert not segments.unarchive(brand, key, actor=factories.actor(), now=LATER).archived


def test_what_no_longer_can_be_saved_is_not_restored(brand):
    define(brand, "source", {"did": "buy"})
    define(brand, "a", {"segment": "source"})
    define(brand, "a", {"did": "buy"})
    segments.archive(brand, "source", actor=factories.actor(), now=NOON)
    with pytest.raises(InputRefused):
        segments.restore(brand, "a", 1, actor=factories.actor(), now=LATER)


def test_what_changed_is_said_row_by_row():
    first, second = {"did": "buy"}, {"trait": "city", "is": "eq", "value": "Bonn"}
    old = {"name": "A", "kind": "dynamic", "where": {"all": [first, second]}}
    assert said(old, old) == []
    assert said(old, old | {"name": "B", "kind": "snapshot"}) == ["A → B", "dynamic → snapshot"]
    added = said(old, old | {"where": {"all": [first, second, {"segment": "vip"}]}})
    assert added == ["added: is in the segment “vip”"]
    assert said(old, old | {"where": first}) == ["removed: city is “Bonn”"]
    changed = said(old, old | {"where": {"any": [first, second | {"value": "Köln"}]}})
    assert changed == ["All of these → At least one of these", "city is “Bonn” → city is “Köln”"]
    nested = said(old, old | {"where": {"all": [first, {"not": second}]}})
    assert nested == ["city is “Bonn” → Not (city is “Bonn”)"]
    assert said({"kind": "static"}, {"kind": "static", "where": first}) == ["added: did “buy” at least once"]


def test_rules_and_flows_that_read_a_segment_keep_it_from_being_archived(brand):
    define(brand, "vip", {"did": "buy"})
    flow = {"key": "hello", "kind": "journey", "entry": {"on": "segment", "segment": "vip"}}
    flow["nodes"] = {"done": {"do": "exit"}}
    made = flows.define(brand, flow, actor=factories.actor(), now=NOON)
    flows.publish(made, actor=factories.actor(), now=NOON)
    rule = {"key": "r", "on": ["buy"], "unless": {"segment": "vip"}, "then": [{"start_flow": "hello"}]}
    with in_this_process():
        rules.define(brand, rule, actor=factories.actor(), now=NOON)
    uses = [(str(use), use.where) for use in segments.used_by(brand, "vip")]
    assert uses == [("journey hello", "entry"), ("rule r", "unless")]
    with pytest.raises(Conflict, match="journey hello, rule r"):
        segments.archive(brand, "vip", actor=factories.actor(), now=NOON)


def test_nobody_refers_to_an_archived_segment(brand):
    define(brand, "gone", {"did": "buy"})
    segments.archive(brand, "gone", actor=factories.actor(), now=NOON)
    rule = {"key": "r", "on": ["buy"], "if": {"segment": "gone"}, "then": [{"start_flow": "none"}]}
    with pytest.raises(InputRefused) as refused, in_this_process():
        rules.define(brand, rule, actor=factories.actor(), now=NOON)
    assert "/if" in {problem.path for problem in refused.value.problems}
