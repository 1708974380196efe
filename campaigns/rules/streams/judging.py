"""Judges the groups of aggregate rules: with the events of a batch, and again when time alone may change something.

A group is locked first. Its hits are stored, and then the time is walked through in which they can have changed the
condition: from the last instant judged for those that come in order, and for late ones the stretch in which they were
in sight. Everything is read for all groups of a batch together; a walk reads single hits where the window begins and
ends in it, and buckets in between.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from audiences.intake import EventRow
from campaigns.rules.streams import rows
from campaigns.rules.streams.alarms import Alarm, Judged, judge_alarms
from campaigns.rules.streams.measures import Hit, Window
from campaigns.rules.streams.rows import Place, Rewritten, Stretch
from campaigns.rules.streams.turns import Turn, Walk
from campaigns.rules.streams.watches import Group, Watch, Watches

TICK: Final = timedelta(microseconds=1)
"""The smallest step of event time."""
DAWN: Final = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An alarm of a group that was not there before, or one that is resolved now."""

    watch: Watch
    group: Group
    alarm: Alarm


@dataclass(slots=True, kw_only=True)
class Alarms:
    """What came of judging: alarms that were raised and alarms that were resolved."""

    raised: list[Raised] = field(default_factory=list)
    resolved: list[Raised] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of time to walk through: from `begin`, where the window holds what came before, until `end`."""

    place: Place
    watch: Watch
    begin: datetime
    end: datetime

    def _inside(self) -> tuple[datetime, datetime]:
        """Return from where to where whole buckets stay in the window all the time; nothing if the two are one."""
        watch, edge = self.watch, self.end - self.watch.form.over
        first = watch.start_of_bucket(edge) + watch.width
        last = watch.start_of_bucket(self.begin)
        return (first, last) if first < last else (self.begin, self.begin)

    def hits(self) -> list[Stretch]:
        """Return where single hits are needed: what may leave or come, and the edges of the buckets."""
        first, last = self._inside()
        begin = self.begin - self.watch.form.over
        if first == last:
            return [self._stretch(begin, self.end + TICK)]
        return [self._stretch(begin, first), self._stretch(last, self.end + TICK)]

    def buckets(self) -> list[Stretch]:
        """Return where buckets do."""
        first, last = self._inside()
        return [self._stretch(first, last)] if first < last else []

    def _stretch(self, begin: datetime, end: datetime) -> Stretch:
        return Stretch(stream=self.watch.stream, group_id=self.place[1], begin=begin, end=end)


@dataclass(slots=True, kw_only=True)
class Job:
    """A group to judge: what came, up to when it was judged before, and up to when it is to be."""

    watch: Watch
    group: Group
    judged_to: datetime | None
    until: datetime
    hits: Sequence[Hit] = ()

    @property
    def place(self) -> Place:
        return self.watch.id, self.group.id

    def parts(self) -> Iterator[Part]:
        """Yield the stretches to walk through: that of late hits, and what has not been judged yet."""
        begin, end = self.judged_to, self.until
        if begin is None:
            yield Part(place=self.place, watch=self.watch, begin=self.hits[0].at, end=end)
            return
        late = [hit.at for hit in self.hits if hit.at <= begin]
        if late:
            seen = min(late[-1] + self.watch.form.over, begin)
            yield Part(place=self.place, watch=self.watch, begin=late[0], end=seen)
        if end > begin:
            yield Part(place=self.place, watch=self.watch, begin=begin + TICK, end=end)


def judge_events(workspace_id: int, watches: Watches, events: Sequence[EventRow], *, now: datetime) -> Alarms:
    """Judge what a batch's events bring about, in the caller's transaction."""
    hits = list(watches.hits(events)) if watches.by_name else []
    if not hits:
        return Alarms()
    groups = {(watch.id, group.id): (watch, group) for watch, group, _ in hits}
    judged_to = rows.lock_groups(workspace_id, groups)
    fresh = rows.keep_hits(workspace_id, hits)
    jobs = [
        Job(
            watch=groups[place][0],
            group=groups[place][1],
            judged_to=judged_to[place],
            until=max(found[-1].at, judged_to[place] or DAWN),
            hits=found,
        )
        for place, found in fresh.items()
    ]
    return judge_jobs(workspace_id, jobs, now=now, known_until=None)


def judge_jobs(workspace_id: int, jobs: Sequence[Job], *, now: datetime, known_until: datetime | None) -> Alarms:
    """Walk through what is to be judged, and raise and resolve alarms.

    `known_until` is up to when events are known to have come in (None: nobody has looked); alarms of rules with a
    grace wait for it.
    """
    if not jobs:
        return Alarms()
    places = [job.place for job in jobs]
    turns, alarms = rows.read_turns(places), rows.read_alarms(places)
    parts = [part for job in jobs for part in job.parts()]
    # of a group that is not walked through nobody knows whether its window is empty
    rewritten, filled = [], {job.place for job in jobs} - {part.place for part in parts}
    for part, window, hits in _filled(parts):
        found = _through(part, window, hits, turns[part.place])
        rewritten += [found] if found else []
        filled |= {part.place} if window.n else set()
    if rewritten:
        rows.rewrite_turns(workspace_id, rewritten)
    done = [
        _judged(job, turns[job.place], alarms[job.place], filled=job.place in filled, now=now, known_until=known_until)
        for job in jobs
    ]
    rows.keep_groups({job.place: (job.until, judged.look_at) for job, judged in zip(jobs, done, strict=True)})
    return _settled(workspace_id, list(zip(jobs, done, strict=True)), alarms)


def _filled(parts: Sequence[Part]) -> Iterator[tuple[Part, Window, list[Hit]]]:
    """Yield each part with its window, as far as buckets fill it, and the single hits that it needs."""
    singles = [(number, each) for number, part in enumerate(parts) for each in part.hits()]
    inside = [(number, each) for number, part in enumerate(parts) for each in part.buckets()]
    hits: list[list[Hit]] = [[] for _ in parts]
    for (number, _), found in zip(singles, rows.read_hits([each for _, each in singles]), strict=True):
        hits[number] += found
    windows = [part.watch.window() for part in parts]
    for (number, _), buckets in zip(inside, rows.read_buckets([each for _, each in inside]), strict=True):
        for bucket in buckets:
            windows[number].include(bucket)
    yield from zip(parts, windows, hits, strict=True)


def _through(part: Part, window: Window, hits: Sequence[Hit], turns: list[Turn]) -> Rewritten | None:
    """Walk through a part; put its turns into `turns`, and return what has to be written, if anything has."""
    first = bisect_left(hits, part.begin, key=lambda hit: hit.at)
    for hit in hits[:first]:
        window.add(hit)
    before = [turn for turn in turns if turn.at < part.begin]
    after = [turn for turn in turns if turn.at > part.end]
    held = bool(before) and before[-1].held
    watch = part.watch
    walk = Walk(window=window, over=watch.form.over, holds=watch.holds, held=held, leaving=deque(hits[:first]))
    new = walk.through(hits[first:], until=part.end)
    replaced = len(before) + len(after) < len(turns)
    turns[:] = [*before, *new, *after]
    if not new and not replaced:
        return None
    return Rewritten(place=part.place, begin=part.begin, end=part.end, turns=new)


def _judged(
    job: Job,
    turns: Sequence[Turn],
    known: Sequence[Alarm],
    *,
    filled: bool,
    now: datetime,
    known_until: datetime | None,
) -> Judged:
    """Judge a group's alarms by its turns, and tell when to look at it again (wall clock)."""
    watch, grace = job.watch, job.watch.form.grace
    if not grace:
        judged = judge_alarms(turns, known, pace=watch.pace, until=min(job.until, now))
    elif known_until is not None:
        judged = judge_alarms(turns, known, pace=watch.pace, until=min(job.until, known_until - grace))
    else:  # late events may still come: only what waits is of interest
        judged = replace(judge_alarms(turns, known, pace=watch.pace, until=DAWN), raised=(), changed=())
    looks = [judged.look_at + grace] if judged.look_at else []
    if filled and (not watch.only_falls or (turns and turns[-1].held)):
        looks.append(job.until + watch.width)
    return replace(judged, look_at=min(looks, default=None))


def _settled(workspace_id: int, done: Sequence[tuple[Job, Judged]], known: Mapping[Place, Sequence[Alarm]]) -> Alarms:
    """Store what has changed about alarms, and tell which were raised and which are resolved now."""
    open_before = {alarm.id for of_group in known.values() for alarm in of_group if alarm.resolved_at is None}
    made = Alarms()
    for job, judged in done:
        made.raised += [Raised(watch=job.watch, group=job.group, alarm=alarm) for alarm in judged.raised]
        made.resolved += [
            Raised(watch=job.watch, group=job.group, alarm=alarm)
            for alarm in (*judged.raised, *judged.changed)
            if alarm.resolved_at is not None and (alarm.id is None or alarm.id in open_before)
        ]
    rows.raise_alarms(workspace_id, [(each.watch, each.group, each.alarm) for each in made.raised])
    rows.change_alarms([alarm for _, judged in done for alarm in judged.changed])
    return made
