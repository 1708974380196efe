"""What a draft makes of the events that came in last: how many would match, and for instance whom."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from audiences.facts.past import load_past
from audiences.facts.reader import event_fact
from audiences.intake.stored import latest_events
from audiences.people.lookups import names_of
from campaigns.rules.form import parse_rule
from campaigns.rules.live import rule_of
from config.kit.errors import InputRefused

LOOKED_AT: Final = 200
SHOWN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """How many events were looked at, how many match, the newest of those, and how long it took, in milliseconds."""

    looked_at: int
    matched: int
    examples: tuple[Mapping[str, Any], ...]
    ms: float


def recent_matches(workspace_id: int, definition: Mapping[str, Any], *, now: datetime) -> Recent | None:
    """Judge the last events that a rule listens to, on the facts as of their time; None if it judges none."""
    start = time.perf_counter()
    try:
        form = parse_rule(definition)
    except InputRefused:
        return None
    if form.is_timed:
        return None
    rule = rule_of(form)
    events = latest_events(workspace_id, form.on, limit=LOOKED_AT)
    people = {event.person_id for event in events}
    earliest = min((event.event_time for event in events), default=now)
    known = load_past(workspace_id, people, rule.needs, now=now, earliest=earliest) if events else {}
    matched = [
        event
        for event in events
        if event.person_id in known
        and rule.judge(known[event.person_id].facts(event.event_time, event=event_fact(event))).held
    ]
    names = names_of(workspace_id, [event.person_id for event in matched[:SHOWN]])
    return Recent(
        looked_at=len(events),
        matched=len(matched),
        examples=tuple({"event": event, "name": names.get(event.person_id, "")} for event in matched[:SHOWN]),
        ms=round((time.perf_counter() - start) * 1e3, 1),
    )
