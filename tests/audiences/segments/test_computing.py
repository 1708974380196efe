"""Large workspaces: a definition is live at once, a job judges everybody, and ends where judging at once would."""

from datetime import timedelta

import pytest

from audiences import segments
from audiences.segments import computing, jobs, sweeping
from audiences.segments.models import Membership, Recheck, Segment
from compliance.jobs import cancel, find_job, run_all
from config.kit import clock
from config.kit.ids import derived
from tests import factories
from tests.audiences.events import come, row
from tests.factories import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BUYERS = {"did": "buy", "within": "7d"}


@pytest.fixture
def brand(monkeypatch):
    monkeypatch.setattr(computing, "IMMEDIATE", 0)
    return factories.workspace().id


def define(brand, key, where, *, now=NOON, kind="dynamic"):
    raw = {"key": key, "where": where, "kind": kind}
    return segments.define(brand, raw, actor=factories.actor(), now=now)


def run(now=NOON):
    with clock.at(now):
        return run_all()


def members(brand, key):
    rows = Membership.objects.filter(workspace_id=brand, segment__key=key, left_at__isnull=True)
    return set(rows.values_list("person_id", flat=True))


def state(brand, key):
    found = segments.how_far(Segment.objects.get(workspace_id=brand, key=key))
    return found.state, found.percent


def person(brand, user):
    return derived(brand, "user", user)


def test_a_definition_is_live_before_everybody_has_been_judged(brand):
    come(row(brand, user="u"), row(brand, user="v", name="view"))
    made = define(brand, "buyers", BUYERS)
    assert (made.live.number, members(brand, "buyers"), state(brand, "buyers")) == (1, set(), ("computing", 0))
    assert run() == 1
    assert (members(brand, "buyers"), state(brand, "buyers")) == ({person(brand, "u")}, ("ready", 100))
    assert segments.recompute_all(brand, now=NOON) == []


def test_events_that_come_meanwhile_are_judged_by_the_new_version(brand):
    come(row(brand, user="u"), row(brand, user="v", name="view"))
    define(brand, "buyers", BUYERS)
    come(row(brand, user="v"))
    assert members(brand, "buyers") == {person(brand, "v")}
    run()
    assert members(brand, "buyers") == {person(brand, "u"), person(brand, "v")}


def test_events_between_finding_and_judging_count_too(brand, monkeypatch):
    come(row(brand, user="u"), row(brand, user="v", name="view"))
    define(brand, "no-buyers", {"not": BUYERS})
    real = jobs._find

    def find_and_then(work, one):
        real(work, one)
        come(row(brand, user="v", at=NOON + timedelta(seconds=30)), row(brand, user="w", name="view"))

    monkeypatch.setattr(jobs, "_find", find_and_then)
    run(NOON + timedelta(minutes=1))
    assert members(brand, "no-buyers") == {person(brand, "w")}
    assert segments.recompute_all(brand, now=NOON + timedelta(minutes=1)) == []


def test_readers_follow_and_windows_are_watched(brand):
    come(*(row(brand, user=f"u{n}", at=NOON - n * DAY) for n in range(9)))
    define(brand, "buyers", BUYERS)
    define(brand, "others", {"not": {"segment": "buyers"}})
    run()
    assert (len(members(brand, "buyers")), len(members(brand, "others"))) == (7, 2)
    define(brand, "buyers", {"did": "buy", "within": "3d"}, now=NOON)
    run()
    assert (len(members(brand, "buyers")), len(members(brand, "others"))) == (3, 6)
    segments.sweep(NOON + 10 * DAY)
    assert (len(members(brand, "buyers")), len(members(brand, "others"))) == (0, 9)


def test_work_goes_in_slices_and_on_from_the_checkpoint(brand, monkeypatch):
    monkeypatch.setattr(sweeping, "BATCH", 4)
    monkeypatch.setattr(jobs, "BATCH", 4)
    come(*(row(brand, user=f"u{n}") for n in range(11)))
    define(brand, "buyers", BUYERS)
    run()
    assert len(members(brand, "buyers")) == 11
    assert Recheck.objects.filter(due_at__lte=NOON).count() == 0


def test_a_cancelled_job_leaves_the_segment_incomplete_until_it_is_computed_anew(brand):
    come(row(brand, user="u"))
    made = define(brand, "buyers", BUYERS)
    cancel(brand, made.job_id, actor=factories.actor(), now=NOON)
    run()
    assert (members(brand, "buyers"), state(brand, "buyers")) == (set(), ("incomplete", 0))
    segments.recompute_in_job(Segment.objects.get(key="buyers"), actor=factories.actor(), now=NOON)
    run()
    assert (len(members(brand, "buyers")), state(brand, "buyers")) == (1, ("ready", 100))


def test_a_version_that_was_overtaken_is_left_to_its_successor(brand):
    come(row(brand, user="u"), row(brand, user="v", name="view"))
    first = define(brand, "a", BUYERS).job_id
    define(brand, "a", {"did": "view"})
    run()
    assert members(brand, "a") == {person(brand, "v")}
    assert find_job(brand, first).result == {"superseded": True}


def test_snapshots_and_new_static_segments_are_filled_by_a_job(brand):
    come(*(row(brand, user=f"u{n}") for n in range(5)), row(brand, user="v", name="view"))
    define(brand, "then", {"did": "buy"}, kind="snapshot")
    define(brand, "vip", {"did": "buy"}, kind="static")
    segments.remove_members(brand, "vip", [person(brand, "u0")], actor=factories.actor(), now=NOON)
    run()
    assert (len(members(brand, "then")), len(members(brand, "vip"))) == (5, 4)
    define(brand, "then", {"did": "view"}, kind="snapshot")
    run()
    assert members(brand, "then") == {person(brand, "v")}


def test_who_was_merged_while_they_were_due_is_judged_as_nobody(brand):
    come(row(brand, anonymous="a", name="view"), row(brand, user="u"))
    define(brand, "no-buyers", {"not": BUYERS})
    ghost = derived(brand, "anonymous", "a")
    run()
    come(row(brand, user="u", anonymous="a", name="identify", kind=2))
    segment = Segment.objects.get(key="no-buyers")
    Recheck.objects.create(segment_id=segment.pk, person_id=ghost, workspace_id=brand, due_at=NOON)
    segments.sweep(NOON)
    assert (members(brand, "no-buyers"), Recheck.objects.filter(person_id=ghost).count()) == (set(), 0)


def test_a_job_counts_exactly_and_another_exports(brand):
    come(*(row(brand, user=f"u{n}") for n in range(3)))
    define(brand, "buyers", BUYERS)
    counted = jobs.count_in_job(brand, BUYERS, title="x", actor=factories.actor(), now=NOON)
    run()
    assert find_job(brand, counted.pk).result["count"] == 3
    exported = jobs.export_in_job(Segment.objects.get(key="buyers"), actor=factories.actor(), now=NOON)
    run()
    assert find_job(brand, exported.pk).result["rows"] == 3
