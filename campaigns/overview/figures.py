"""The figures of the home page; each is a query over stored rows and has a list that shows the rows behind it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audiences.intake.backlog import Backlog, backlog
from audiences.intake.refusals import refusals
from campaigns.actions.parked import parked_actions
from campaigns.delivery.labels import reason_text
from campaigns.delivery.lookups import Outcomes, counts_over_time, due_messages, held_up, in_doubt, outcomes
from campaigns.delivery.models import Delivery
from campaigns.flows import lookups as flow_lookups
from campaigns.flows.labels import label_of_flow
from campaigns.flows.models import Flow
from campaigns.parking import parked
from campaigns.rules.lookups import last_published, latest_matches
from config.kit.ids import instant_of
from config.kit.labels import Label
from config.kit.spans import Span

SPARK_DAYS: Final = 7
HOURLY: Final = timedelta(days=2)
"""A window up to this long is told hour by hour, a longer one day by day."""
SPARK_SIZE: Final = (96, 24)
BEHIND: Final = timedelta(seconds=10)
MOST_REASONS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What became of the messages that were asked for in a stretch of time, and how many runs reached their goal."""

    asked: int
    sent: int
    stopped: int
    converted: int
    reasons: tuple["Reason", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Sent and stopped messages over the hours or days of a window, oldest first."""

    sent: tuple[int, ...]
    stopped: tuple[int, ...]

    @property
    def lines(self) -> dict[str, str]:
        """The points of a sparkline each, where there is a course to see."""
        found = {"sent": self.sent, "stopped": self.stopped}
        return {name: points(values) for name, values in found.items() if any(values)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why messages did not go out: the reason's code and words, how many, and the share of all that were stopped."""

    code: str
    text: str
    n: int
    share: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A flow that is not a draft, with the runs of the window and a line of the last seven days."""

    flow: Flow
    label: Label
    traffic: flow_lookups.Traffic
    days: tuple[int, ...]

    @property
    def points(self) -> str:
        return points(self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How far the machine is behind, and what channels refuse."""

    lag: float | None
    intake: Backlog
    runs: int
    messages: int
    channel_errors: int
    rule_published: datetime | None

    @property
    def waiting(self) -> int:
        return self.intake.events + self.runs + self.messages

    @property
    def calm(self) -> bool:
        return self.intake.waits < BEHIND


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Something that waits for a person: how many, and the list that shows exactly these."""

    n: int
    text: str
    url: str
    level: str
    icon: str


def needs(workspace_id: int, *, span: Span, found: Outcomes | None = None) -> list[Need]:
    """Return what waits for a person; what waits for nobody is left out. What is open counts whenever it began.

    `found` is what became of the span's messages, where that is known already.
    """
    states = (found or outcomes(workspace_id, since=span.since, until=span.until)).states
    paused = Flow.objects.filter(workspace_id=workspace_id, state=Flow.State.PAUSED).count()
    refused = refusals(workspace_id).filter(at__gte=span.since, at__lt=span.until).count()
    messages = reverse("messages")
    asked = (
        Need(
            n=in_doubt(workspace_id).count(),
            text=_("Sends in doubt"),
            url=f"{messages}?state=in_doubt",
            level="warn",
            icon="circle-help",
        ),
        Need(
            n=parked(workspace_id).count(),
            text=_("Parked events"),
            url=f"{reverse('parked')}?open=yes",
            level="bad",
            icon="circle-pause",
        ),
        Need(
            n=parked_actions(workspace_id).count(),
            text=_("Parked actions"),
            url=f"{reverse('actions')}?state=parked",
            level="bad",
            icon="circle-pause",
        ),
        Need(
            n=states.get("failed", 0),
            text=_("Failed messages"),
            url=f"{messages}?state=failed&{span.bounds}",
            level="bad",
            icon="circle-x",
        ),
        Need(n=paused, text=_("Paused journeys"), url=f"{reverse('flows')}?state=paused", level="warn", icon="pause"),
        Need(
            n=refused,
            text=_("Refused items"),
            url=f"{reverse('refused')}?{span.bounds}",
            level="warn",
            icon="file-warning",
        ),
    )
    return [need for need in asked if need.n]


def course(workspace_id: int, *, since: datetime, until: datetime) -> Course:
    """Return how the figures of [since, until) came about, hour by hour or day by day."""
    step = timedelta(days=1) if until - since > HOURLY else timedelta(hours=1)
    rows = counts_over_time(workspace_id, since=since, until=until, by="day" if step.days else "hour")
    last = round((until - since) / step)
    sent, stopped = [0] * (last + 1), [0] * (last + 1)
    for slot, state, n in rows:
        place = min(max(round((slot - since) / step), 0), last)
        if state == Delivery.State.SENT:
            sent[place] += n
        elif state in (Delivery.State.BLOCKED, Delivery.State.HELD):
            stopped[place] += n
    return Course(sent=tuple(sent), stopped=tuple(stopped))


def window(workspace_id: int, *, since: datetime, until: datetime, found: Outcomes | None = None) -> Window:
    """Return the figures of [since, until); `found` is what became of its messages, where that is known already."""
    found = found or outcomes(workspace_id, since=since, until=until)
    states, stopped = found.states, sum(n for _reason, n in found.reasons)
    return Window(
        asked=sum(states.values()),
        sent=states.get("sent", 0),
        stopped=stopped,
        converted=flow_lookups.converted(workspace_id, since=since, until=until),
        reasons=tuple(
            Reason(code=code, text=reason_text(code), n=n, share=round(100 * n / stopped))
            for code, n in found.reasons[:MOST_REASONS]
        ),
    )


def journeys(workspace_id: int, *, since: datetime, until: datetime, now: datetime) -> list[Journey]:
    """Return the flows that were ever published, those with most entries first."""
    days = [(timezone.localtime(now) - timedelta(days=ago)).date() for ago in range(SPARK_DAYS - 1, -1, -1)]
    entered = flow_lookups.entered_by_day(workspace_id, since=now - timedelta(days=SPARK_DAYS))
    rows = Flow.objects.filter(workspace_id=workspace_id).exclude(state=Flow.State.DRAFT).select_related("live")
    traffic = flow_lookups.traffic_of(workspace_id, [flow.pk for flow in rows], since=since, until=until)
    found = [
        Journey(
            flow=flow,
            label=label_of_flow(flow.state),
            traffic=traffic[flow.pk],
            days=_counts(entered.get(flow.pk, {}), days),
        )
        for flow in rows
    ]
    return sorted(found, key=lambda journey: (-journey.traffic.entered, journey.flow.name))


def health(workspace_id: int, *, span: Span, now: datetime, found: Outcomes | None = None) -> Health:
    """Return what waits to be done now, how quick the latest events were, and what channels refused in the span.

    `found` is what became of the span's messages, where that is known already.
    """
    states = (found or outcomes(workspace_id, since=span.since, until=span.until)).states
    return Health(
        lag=lag(workspace_id),
        channel_errors=states.get("failed", 0) + sum(sum(each.values()) for each in held_up(workspace_id).values()),
        intake=backlog(workspace_id, now=now),
        runs=flow_lookups.due_runs(workspace_id, now=now),
        messages=due_messages(workspace_id, now=now),
        rule_published=last_published(workspace_id),
    )


def lag(workspace_id: int) -> float | None:
    """Return in how many seconds 95 of 100 of the latest matches followed their event's arrival."""
    waits = sorted((fired - instant_of(event_id)).total_seconds() for event_id, fired in latest_matches(workspace_id))
    return max(waits[math.ceil(0.95 * len(waits)) - 1], 0.0) if waits else None


def points(values: Sequence[int]) -> str:
    """Return the points of a sparkline, for the SVG that the server writes."""
    width, height = SPARK_SIZE
    top, step = max(*values, 1), (width - 4) / max(len(values) - 1, 1)
    return " ".join(f"{2 + i * step:.1f},{height - 3 - (height - 6) * v / top:.1f}" for i, v in enumerate(values))


def _counts(by_day: dict[date, int], days: Sequence[date]) -> tuple[int, ...]:
    return tuple(by_day.get(day, 0) for day in days)
