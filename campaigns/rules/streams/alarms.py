"""From turns to alarms: one for each episode, held back by `for` and `cooldown`, resolved after `resolve`. Pure.

A stretch is the time during which the condition is true. Stretches that less than `resolve` of falsehood parts are one
episode. An episode raises at most one alarm: at the first instant at which the condition has been true for `hold` and
the last alarm lies `cooldown` back. It is resolved when the condition has been false for `resolve`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from campaigns.rules.streams.turns import Turn

NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How an aggregate rule turns stretches into alarms."""

    hold: timedelta = NOTHING
    cooldown: timedelta = NOTHING
    resolve: timedelta = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A firing of an aggregate rule for a group: `began_at` is when its episode began, `at` when it fired.

    `event_id` is the event at which the condition became true (None: time alone made it so); `amounts` are the
    measures then. `id` is that of a stored alarm.
    """

    began_at: datetime
    at: datetime
    event_id: UUID | None
    amounts: Mapping[str, Any]
    resolved_at: datetime | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What follows from the turns: alarms to raise, stored ones that changed, and when to look again by time alone."""

    raised: tuple[Alarm, ...]
    changed: tuple[Alarm, ...]
    look_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    rise: Turn
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Episode:
    stretches: tuple[_Stretch, ...]

    @property
    def began_at(self) -> datetime:
        return self.stretches[0].rise.at

    @property
    def ended_at(self) -> datetime | None:
        return self.stretches[-1].ended_at


def judge_alarms(turns: Sequence[Turn], known: Sequence[Alarm], *, pace: Pace, until: datetime) -> Judged:
    """Return what the turns up to `until` ask for, given the alarms that were raised before (oldest first).

    A stored alarm whose time overlaps with an episode is that episode's, even if late events have moved its beginning;
    one that belongs to no episode any more is over at once. Nothing is raised twice, and nothing is taken back.
    """
    raised: list[Alarm] = []
    settled: dict[int, Alarm] = {}
    free = list(known)
    looks: list[datetime] = []
    for episode in _episodes(turns, pace.resolve):
        end = None if episode.ended_at is None else episode.ended_at + pace.resolve
        own = [alarm for alarm in free if _belongs(alarm, episode.began_at, end)]
        free = [alarm for alarm in free if alarm not in own]
        earlier = [alarm.at for alarm in (*known, *raised) if alarm not in own and alarm.at < (end or until)]
        found, later = _fire(episode, max(earlier, default=None), pace=pace, until=until)
        closed = end if end is not None and end <= until else None
        if not own:
            raised += [replace(found, resolved_at=closed)] if found else []
            looks += [later] if later else []
        settled |= {alarm.id: _settled(alarm, found, closed, since=turns[0].at) for alarm in own if alarm.id}
        looks += [end] if (own or found) and end is not None and closed is None else []
    changed = [now for alarm in known if (now := settled.get(alarm.id or 0) or _orphan(alarm)) != alarm]
    return Judged(raised=tuple(raised), changed=tuple(changed), look_at=min(looks, default=None))


def _episodes(turns: Sequence[Turn], resolve: timedelta) -> Iterator[_Episode]:
    gathered: list[_Stretch] = []
    for stretch in _stretches(turns):
        ended = gathered[-1].ended_at if gathered else None
        if ended is not None and stretch.rise.at - ended >= resolve:
            yield _Episode(stretches=tuple(gathered))
            gathered = []
        gathered.append(stretch)
    if gathered:
        yield _Episode(stretches=tuple(gathered))


def _stretches(turns: Sequence[Turn]) -> Iterator[_Stretch]:
    rise: Turn | None = None
    for turn in turns:
        if turn.held:
            rise = turn
        elif rise is not None:
            yield _Stretch(rise=rise, ended_at=turn.at)
            rise = None
    if rise is not None:
        yield _Stretch(rise=rise, ended_at=None)


def _belongs(alarm: Alarm, began_at: datetime, end: datetime | None) -> bool:
    """Tell whether an alarm's time and an episode's have an instant in common; of an open one its firing is known."""
    if alarm.began_at == began_at:
        return True
    last = alarm.at if alarm.resolved_at is None else alarm.resolved_at
    inside = last >= began_at if alarm.resolved_at is None else last > began_at
    return inside and (end is None or alarm.began_at < end)


def _fire(
    episode: _Episode, last: datetime | None, *, pace: Pace, until: datetime
) -> tuple[Alarm | None, datetime | None]:
    """Return the episode's alarm, or when there may be one if nothing happens until then."""
    for stretch in episode.stretches:
        at = stretch.rise.at + pace.hold
        if last is not None:
            at = max(at, last + pace.cooldown)
        if stretch.ended_at is not None and at >= stretch.ended_at and at != stretch.rise.at:
            continue  # it stopped being true before
        if at > until:
            return None, at
        rise = stretch.rise
        return Alarm(began_at=episode.began_at, at=at, event_id=rise.event_id, amounts=rise.amounts), None
    return None, None


def _settled(alarm: Alarm, found: Alarm | None, closed: datetime | None, *, since: datetime) -> Alarm:
    """Return a stored alarm with what is known of its episode by now: late events correct what led to it, too.

    Turns from before `since` are forgotten: an episode that began earlier keeps its beginning.
    """
    if found is None or alarm.began_at < min(since, found.began_at):
        return replace(alarm, resolved_at=closed)
    return replace(alarm, began_at=found.began_at, event_id=found.event_id, amounts=found.amounts, resolved_at=closed)


def _orphan(alarm: Alarm) -> Alarm:
    """An alarm without an episode: late events took its ground away, and it is over as soon as it fired."""
    return alarm if alarm.resolved_at is not None else replace(alarm, resolved_at=alarm.at)
