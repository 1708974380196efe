"""A condition that is not saved yet: counted exactly or from a sample, row by row, with people, reach and reasons."""

from datetime import timedelta

import pytest
from django.db import connection

from audiences import segments
from audiences.intake.models import EventKind
from audiences.segments import previews
from audiences.segments.previews import drawing, tally
from audiences.segments.sql import compile_for_people, members
from compliance.consent.consents import grant
from compliance.consent.suppressions import suppress
from config.kit.errors import InputRefused
from config.kit.ids import derived
from tests import factories
from tests.audiences.events import come, row
from tests.factories import NOON

pytestmark = pytest.mark.django_db
BUYERS = {"did": "buy"}
GOLD = {"trait": "tier", "is": "eq", "value": "gold"}


@pytest.fixture
def brand():
    return factories.workspace().id


@pytest.fixture
def hurry(monkeypatch):
    """Nothing is cheap enough to ask everybody, and samples have sixty people."""

    def never(*_given, **_more):
        raise tally.TooLong

    monkeypatch.setattr(tally, "_of_everybody", never)
    monkeypatch.setattr(tally, "draw", lambda workspace_id, seed=0: drawing.draw(workspace_id, seed=seed, size=60))


def identify(brand, user, **traits):
    return row(brand, user=user, kind=EventKind.IDENTIFY, name="identify", properties=traits)


def crowd(brand, count):
    come(*(row(brand, user=f"u{index}", name="buy" if index % 4 == 0 else "view") for index in range(count)))


def test_few_people_are_all_asked(brand):
    crowd(brand, 40)
    found = previews.preview(brand, BUYERS, now=NOON)
    assert (found.count, found.exact, found.error, found.people, found.asked) == (10, True, 0, 40, 40)
    assert found.at == NOON


def test_a_sample_says_that_it_is_one_and_how_far_off_it_may_be(brand, hurry):
    crowd(brand, 400)
    found = previews.preview(brand, BUYERS, now=NOON)
    assert (found.exact, found.people, found.asked) == (False, 400, 60)
    assert 0 < found.error < 60
    assert abs(found.count - 100) <= found.error
    assert previews.preview(brand, BUYERS, now=NOON).count == found.count
    counts = {previews.preview(brand, BUYERS, now=NOON, seed=seed).count for seed in range(1, 9)}
    assert len(counts) > 1


def test_most_samples_hold_the_truth_within_their_error(brand, hurry):
    crowd(brand, 400)
    looks = [previews.preview(brand, BUYERS, now=NOON, seed=seed) for seed in range(1, 121)]
    # 114 are expected at 95 %; fewer than 103 come once in a hundred thousand runs
    assert sum(abs(one.count - 100) <= one.error for one in looks) >= 103


def test_nobody_in_a_sample_does_not_mean_nobody(brand, hurry):
    crowd(brand, 400)
    found = previews.preview(brand, {"did": "fly"}, now=NOON)
    assert found.count == 0
    assert found.error > 0


def test_a_statement_that_takes_too_long_is_given_up_and_the_limit_does_not_stay(brand):
    with pytest.raises(tally.TooLong), tally.patience(50), connection.cursor() as cursor:
        cursor.execute("select pg_sleep(5)")
    with tally.patience(1_000):
        pass
    with connection.cursor() as cursor:
        cursor.execute("show statement_timeout")
        assert cursor.fetchone()[0] == "0"


@pytest.mark.parametrize(("limit", "where"), [("DEAREST_PAST", {"did": "buy", "within": "7d"}), ("DEAREST", GOLD)])
def test_what_is_dear_by_the_plan_is_not_even_tried(brand, monkeypatch, limit, where):
    monkeypatch.setattr(tally, limit, 0)
    condition = previews.readable(brand, where)
    compiled = compile_for_people(brand, condition, now=NOON)
    with pytest.raises(tally.TooLong):
        tally._refuse_dear(compiled, compiled.select("count(*)", where=compiled.held[0]))


@pytest.mark.parametrize("seed", range(6))
def test_a_stretch_of_ids_is_judged_as_its_people_are_one_by_one(brand, seed):
    crowd(brand, 60)
    drawn, condition = drawing.draw(brand, seed=seed, size=25), previews.readable(brand, BUYERS)
    one_by_one = members(compile_for_people(brand, condition, now=NOON, people=drawn.ids))
    found = tally.among(brand, condition, drawn, now=NOON)
    assert set(found) == one_by_one
    assert found == [person_id for person_id in drawn.ids if person_id in one_by_one]


def test_counting_and_its_rows_are_one_look(brand):
    crowd(brand, 40)
    where = {"all": [BUYERS, {"did": "view"}]}
    found, rows = previews.look(brand, where, now=NOON)
    assert [row.count for row in rows] == [10, 0]
    assert (found.count, found.exact, found.people) == (0, True, 40)
    found, rows = previews.look(brand, BUYERS, now=NOON)
    assert (found.count, rows) == (10, [])


def test_the_members_of_a_segment_are_counted_by_its_stays(brand):
    crowd(brand, 8)
    segments.define(brand, {"key": "buyers", "where": BUYERS}, actor=factories.actor(), now=NOON)
    found = previews.preview(brand, {"segment": "buyers"}, now=NOON)
    assert (found.count, found.exact) == (2, True)


def test_the_funnel_counts_after_each_row(brand, request):
    come(*(identify(brand, f"u{n}", tier="gold" if n < 6 else "tin") for n in range(10)))
    come(*(row(brand, user=f"u{n}") for n in range(4, 8)))
    both = previews.funnel(brand, {"all": [GOLD, BUYERS, {"did": "fly"}]}, now=NOON)
    assert [(one.where, one.count) for one in both[:1]] == [(GOLD, 6)]
    assert [one.count for one in both] == [6, 2, 0]
    either = previews.funnel(brand, {"any": [GOLD, BUYERS]}, now=NOON)
    assert [one.count for one in either] == [6, 8]
    assert [one.count for one in previews.funnel(brand, {"not": GOLD}, now=NOON)] == [4]
    assert all(one.exact for one in both)


def test_reach_names_the_first_thing_that_stands_in_the_way(brand):
    come(*(identify(brand, f"u{n}", **({"email": f"u{n}@example.com"} if n else {})) for n in range(5)))
    for n in (2, 3, 4):
        person = derived(brand, "user", f"u{n}")
        grant(brand, person, channel="email", purpose="marketing", source="test", at=NOON)
    suppress(brand, "email", ["u4@example.com"], reason="bounce", at=NOON)
    everybody = {"trait": "x", "is": "not_exists"}
    (email,) = (one for one in previews.reachable(brand, everybody, now=NOON) if one.channel == "email")
    assert (email.reachable, email.no_address, email.suppressed, email.no_consent) == (2, 1, 1, 1)
    assert (email.exact, email.error) == (True, 0)


def test_some_people_are_shown_masked_each_with_why(brand):
    come(identify(brand, "ada@example.com", email="ada@example.com"), row(brand, user="ada@example.com"))
    come(row(brand, user="v", name="view"))
    where = {"all": [{"trait": "email", "is": "exists"}, BUYERS]}
    (one,) = previews.sample(brand, where, now=NOON)
    assert (one.name, one.verdict.held) == ("a**@example.com", True)
    assert [child.actual for child in one.verdict.children] == ["ada@example.com", 1]
    assert "ada@" not in str(one.as_json())


def test_another_seed_shows_other_people(brand):
    crowd(brand, 400)
    first = {one.person_id for one in previews.sample(brand, BUYERS, now=NOON, size=5)}
    second = {one.person_id for one in previews.sample(brand, BUYERS, now=NOON, size=5, seed=7)}
    assert len(first) == len(second) == 5
    assert first != second


def test_one_person_is_told_why_and_why_not(brand):
    come(row(brand, user="u"))
    told = previews.why(brand, {"all": [BUYERS, GOLD]}, derived(brand, "user", "u"), now=NOON)
    assert [child.held for child in told.children] == [True, False]
    assert previews.why(brand, BUYERS, derived(brand, "user", "stranger"), now=NOON) is None


def test_a_comparison_says_who_joins_and_who_leaves(brand):
    old = {"did": "buy", "within": "7d"}
    new = {"did": "buy", "times": {"at_least": 2}}
    come(row(brand, user="joins", at=NOON - timedelta(days=20)), row(brand, user="joins", at=NOON - timedelta(days=9)))
    come(row(brand, user="leaves"), row(brand, user="stays"), row(brand, user="stays"), row(brand, user="no", name="x"))
    found = previews.compare(brand, old, new, now=NOON)
    assert (found.joined, found.left, found.stayed, found.exact) == (1, 1, 1, True)
    assert [one.name for one in found.who_joined] == ["joins"]
    assert [(one.name, one.verdict.actual) for one in found.who_left] == [("leaves", 1)]


def test_a_condition_that_could_not_be_saved_is_refused(brand):
    for verb in (previews.preview, previews.funnel, previews.reachable, previews.sample):
        with pytest.raises(InputRefused):
            verb(brand, {"segment": "nobody"}, now=NOON)


def test_people_of_other_workspaces_are_never_drawn(brand, hurry):
    crowd(factories.workspace().id, 50)
    come(row(brand, user="u"))
    assert previews.preview(brand, BUYERS, now=NOON).people == 1
    assert len(previews.sample(brand, BUYERS, now=NOON)) == 1
