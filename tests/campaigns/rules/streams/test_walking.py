"""Windows, turns and alarms, without a database: held to a plain reading on random histories."""

import random
from collections import deque
from datetime import timedelta
from uuid import UUID

import pytest

from campaigns.rules.streams.alarms import Pace, judge_alarms
from campaigns.rules.streams.measures import Hit, Measure, Window, bucketed, slots_of, value_key
from campaigns.rules.streams.turns import Walk
from tests.campaigns.rules.streams import plain
from tests.factories import NOON

OVER = timedelta(seconds=60)
MEASURES = {
    "count": Measure(kind="count"),
    "distinct": Measure(kind="distinct", of="source"),
    **{kind: Measure(kind=kind, of="amount") for kind in ("sum", "avg", "min", "max")},
}
SLOTS = slots_of(MEASURES.values())
CONDITIONS = {
    "many": lambda m: m["count"] >= 4,
    "many from several": lambda m: m["count"] > 3 and m["distinct"] >= 2,
    "few": lambda m: m["count"] < 3,
    "cheap": lambda m: m["avg"] is not None and m["avg"] < 5,
    "spread": lambda m: m["max"] is not None and m["max"] - m["min"] >= 6,
    "much": lambda m: m["sum"] > 20,
}


def history(chance, size):
    """Events of a few minutes, several at one instant among them; as (at, number, source, amount)."""
    return [
        (
            NOON + timedelta(seconds=chance.randrange(300)),
            number,
            chance.choice(["a", "b", "c", None]),
            chance.choice([None, *range(10)]),
        )
        for number in range(1, size + 1)
    ]


def hit(told):
    at, number, source, amount = told
    parts = {"source": value_key(source), "amount": amount}
    return Hit(at=at, event_id=UUID(int=number), parts=tuple(parts[slot.of] for slot in SLOTS))


@pytest.mark.parametrize("name", CONDITIONS)
@pytest.mark.parametrize("seed", range(20))
def test_a_walk_turns_where_a_plain_reading_does(name, seed):
    told = history(random.Random(seed), 60)
    hits = sorted((hit(each) for each in told), key=lambda one: one.order)
    walk = Walk(
        window=Window(MEASURES, SLOTS),
        over=OVER,
        holds=lambda amounts, _: CONDITIONS[name](amounts),
        held=False,
        leaving=deque(),
    )
    found = walk.through(hits, until=NOON + timedelta(seconds=400))
    expected = list(plain.turns(told, over=OVER, holds=CONDITIONS[name]))
    assert [(turn.at, turn.event_id and turn.event_id.int, turn.held) for turn in found] == [
        (at, number, held) for at, number, held, _ in expected
    ]
    for turn, (*_, figures) in zip(found, expected, strict=True):
        assert turn.amounts == pytest.approx(figures)


def test_a_window_is_the_same_from_hits_and_from_buckets():
    told = history(random.Random(7), 200)
    single, added = Window(MEASURES, SLOTS), Window(MEASURES, SLOTS)
    for each in told:
        single.add(hit(each))
    for part in (told[:50], told[50:120], told[120:]):
        for bucket in bucketed(hit(each) for each in part):
            added.include(bucket)
    assert single.amounts() == added.amounts()
    for each in history(random.Random(8), 30):
        single.add(hit(each))
        added.add(hit(each))
        assert single.amounts() == added.amounts()


@pytest.mark.parametrize(
    "pace",
    [
        Pace(),
        Pace(resolve=timedelta(seconds=20)),
        Pace(hold=timedelta(seconds=10)),
        Pace(cooldown=timedelta(seconds=45)),
        Pace(hold=timedelta(seconds=5), cooldown=timedelta(seconds=60), resolve=timedelta(seconds=15)),
    ],
    ids=["bare", "resolve", "hold", "cooldown", "all"],
)
@pytest.mark.parametrize("seed", range(20))
def test_alarms_come_out_as_a_plain_reading_tells_them_however_often_they_are_judged(pace, seed):
    chance = random.Random(seed)
    told = history(chance, 60)
    holds = CONDITIONS["many"]
    hits = sorted((hit(each) for each in told), key=lambda one: one.order)
    window = Window(MEASURES, SLOTS)
    walk = Walk(window=window, over=OVER, holds=lambda amounts, _: holds(amounts), held=False, leaving=deque())
    turns, known, now = [], [], NOON
    end = NOON + timedelta(seconds=500)
    while now < end:
        later = min(end, now + timedelta(seconds=chance.randrange(1, 60)))
        turns += walk.through(
            [each for each in hits if now <= each.at < later], until=later - timedelta(microseconds=1)
        )
        judged = judge_alarms(turns, known, pace=pace, until=later - timedelta(microseconds=1))
        changed = {alarm.id: alarm for alarm in judged.changed}
        known = [changed.get(alarm.id, alarm) for alarm in known]
        known += [_numbered(alarm, len(known) + n) for n, alarm in enumerate(judged.raised, start=1)]
        now = later
    found = [plain.Said(a.began_at, a.event_id and a.event_id.int, a.amounts, a.resolved_at) for a in known]
    expected = plain.alarms(told, over=OVER, holds=holds, hold=pace.hold, cooldown=pace.cooldown, resolve=pace.resolve)
    assert [(a.began_at, a.cause, a.resolved_at) for a in found] == [
        (a.began_at, a.cause, a.resolved_at) for a in expected
    ]


def _numbered(alarm, ident):
    return type(alarm)(
        began_at=alarm.began_at,
        at=alarm.at,
        event_id=alarm.event_id,
        amounts=alarm.amounts,
        resolved_at=alarm.resolved_at,
        id=ident,
    )
