"""What a batch's events mean to the rules over time: hits of aggregates, and the start of what is waited for."""

from collections.abc import Sequence
from datetime import datetime

from audiences.intake import EventRow
from campaigns.rules.judging import Match
from campaigns.rules.live import rule_set
from campaigns.rules.streams.catalogue import timed_of
from campaigns.rules.streams.judging import judge_events
from campaigns.rules.streams.matches import match_of, settle_resolved
from campaigns.rules.streams.waits import begin_waits


def judge_streams(workspace_id: int, events: Sequence[EventRow], *, now: datetime) -> list[Match]:
    """Judge the events of a batch in the caller's transaction; return the alarms that they raise, as matches."""
    rules = timed_of(workspace_id, rule_set(workspace_id))
    begin_waits(workspace_id, rules, events, now=now)
    alarms = judge_events(workspace_id, rules.watches, events, now=now)
    settle_resolved(workspace_id, alarms.resolved, now=now)
    return [match_of(workspace_id, raised) for raised in alarms.raised]
