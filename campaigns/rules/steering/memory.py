"""What fired before: for whom and when, and on which events, read for a whole batch at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from campaigns.rules.judging import Match
from campaigns.rules.live import LiveRule
from config.kit.bulk import bulk_cursor

BEGINNING: Final = datetime(1, 1, 2, tzinfo=UTC)
END: Final = datetime(9999, 12, 30, tzinfo=UTC)
LONGEST: Final = timedelta(days=1_000_000)
MOST_READ: Final = 2_000
"""Firings of one rule and person that are looked at; twice the largest limit."""


class Memory:
    """The firings that matter for some matches; those of the batch join them one by one."""

    def __init__(self, matches: Sequence[Match], groups: Mapping[str, Sequence[LiveRule]]) -> None:
        self._times: dict[tuple[int, UUID, str], list[datetime]] = defaultdict(list)
        self._on: set[tuple[int, UUID]] = set()
        self._first: dict[tuple[UUID, str], list[tuple[str, str]]] = defaultdict(list)
        self._read_times(matches)
        self._read_events(matches, groups)

    def times(self, match: Match) -> Sequence[datetime]:
        """Return when the rule fired for the person, in the match's mode."""
        return self._times[match.rule.rule_id, match.event.person_id, match.rule.mode]

    def has_fired(self, match: Match) -> bool:
        """Whether the rule fired on this very event already: a replay."""
        return (match.rule.rule_id, match.event.id) in self._on

    def first_of_group(self, match: Match) -> str:
        """Return the key of the rule of the match's group that fired on the event; empty if none did.

        What is only in the shadow stands in the way of no live rule.
        """
        fired = self._first[match.event.id, match.rule.controls.exclusive or ""]
        wanted = {"live", match.rule.mode}
        return next((key for key, mode in fired if mode in wanted and key != match.rule.key), "")

    def add(self, match: Match) -> None:
        """Remember that the match fires."""
        rule, event = match.rule, match.event
        self._times[rule.rule_id, event.person_id, rule.mode].append(event.event_time)
        self._on.add((rule.rule_id, event.id))
        self.claim(match)

    def claim(self, match: Match) -> None:
        """Remember that the match is the first of its group on the event."""
        self._first[match.event.id, match.rule.controls.exclusive or ""].append((match.rule.key, match.rule.mode))

    def _read_times(self, matches: Sequence[Match]) -> None:
        spans = _spans(matches)
        if not spans:
            return
        lists = [list(column) for column in zip(*((*pair, *span) for pair, span in spans.items()), strict=True)]
        with bulk_cursor() as cursor:
            cursor.execute(TIMES, [*lists, MOST_READ])
            for rule_id, person_id, mode, at in cursor.fetchall():
                self._times[rule_id, person_id, mode].append(at)

    def _read_events(self, matches: Sequence[Match], groups: Mapping[str, Sequence[LiveRule]]) -> None:
        rules = {rule.rule_id: rule for members in groups.values() for rule in members}
        rules |= {match.rule.rule_id: match.rule for match in matches}
        asked = dict.fromkeys(
            (rule_id, match.event.person_id, match.event.id) for match in matches for rule_id in _beside(match, groups)
        )
        lists = [list(column) for column in zip(*asked, strict=True)]
        with bulk_cursor() as cursor:
            cursor.execute(ON_EVENTS, lists)
            for rule_id, event_id, mode in cursor.fetchall():
                self._on.add((rule_id, event_id))
                rule = rules[rule_id]
                self._first[event_id, rule.controls.exclusive or ""].append((rule.key, mode))


def _beside(match: Match, groups: Mapping[str, Sequence[LiveRule]]) -> Iterable[int]:
    yield match.rule.rule_id
    for rule in groups.get(match.rule.controls.exclusive or "", ()):
        yield rule.rule_id


def _spans(matches: Sequence[Match]) -> dict[tuple[int, UUID], tuple[datetime, datetime]]:
    """Return, by rule and person, between which instants a firing can hold one of the matches back."""
    spans: dict[tuple[int, UUID], tuple[datetime, datetime]] = {}
    for match in matches:
        reach = _reach(match.rule)
        if reach is None:
            continue
        pair, at = (match.rule.rule_id, match.event.person_id), match.event.event_time
        low, high = spans.get(pair, (END, BEGINNING))
        spans[pair] = min(low, _moved(at, -reach)), max(high, _moved(at, reach))
    return spans


def _reach(rule: LiveRule) -> timedelta | None:
    """Return how far from an event a firing for the same person matters; None: not at all."""
    limit = rule.controls.limit
    if limit is not None and limit.per_subject is not None:
        window = limit.per or LONGEST
        return max(window, rule.controls.cooldown or window)
    return rule.controls.cooldown


def _moved(at: datetime, by: timedelta) -> datetime:
    try:
        return min(max(at + by, BEGINNING), END)
    except OverflowError:
        return BEGINNING if by < timedelta(0) else END


TIMES: Final = """
select f.rule_id, f.person_id, f.mode, f.event_time
from unnest(%s::bigint[], %s::uuid[], %s::timestamptz[], %s::timestamptz[]) as p(rule_id, person_id, low, high)
cross join lateral (
    select rule_id, person_id, mode, event_time from campaigns_firing f
    where f.rule_id = p.rule_id and f.person_id = p.person_id and f.event_time > p.low and f.event_time < p.high
    order by f.event_time desc limit %s) as f
"""
ON_EVENTS: Final = """
select f.rule_id, f.event_id, f.mode
from unnest(%s::bigint[], %s::uuid[], %s::uuid[]) as p(rule_id, person_id, event_id)
join campaigns_firing f using (rule_id, person_id, event_id)
order by f.id
"""
