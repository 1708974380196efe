"""A flow in figures of the last days: who came, who did not get in and why, how it ended for them, what was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from campaigns.delivery.lookups import counts_of_flow
from campaigns.flows import lookups
from campaigns.flows.labels import refusal_text
from campaigns.flows.models import Flow
from config.kit.charts import Chart, Series, days_before

RECENT: Final = timedelta(days=7)
PACE_DAYS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why people who asked did not get in, how many, and the share of the most frequent reason in per cent."""

    text: str
    n: int
    share: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What `RECENT` brought; `before` is the stretch before it, `bounds` the span as filters of a list."""

    inside: int
    entered: int
    before: int
    converted: int
    ended: int
    sent: int
    stopped: int
    refusals: Sequence[Refusal]
    bounds: str


def figures(flow: Flow, *, now: datetime) -> Figures:
    """Return the flow's figures, each a query over stored rows."""
    since = now - RECENT
    entered, before = (
        lookups.entered(flow, since=since, until=now),
        lookups.entered(flow, since=since - RECENT, until=since),
    )
    endings = lookups.endings(flow, since=since)
    states = counts_of_flow(flow.workspace_id, flow.pk, since=since)
    return Figures(
        inside=sum(lookups.inside_by_node(flow).values()),
        entered=entered,
        before=before,
        converted=endings.get("converted", 0),
        ended=sum(endings.values()),
        sent=states.get("sent", 0),
        stopped=states.get("blocked", 0) + states.get("held", 0),
        refusals=_refusals(lookups.refused_by_reason(flow, since=since)),
        bounds=urlencode({"since": since.isoformat(), "until": now.isoformat()}),
    )


def _refusals(counts: dict[str, int]) -> list[Refusal]:
    most = max(counts.values(), default=1)
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    return [Refusal(text=refusal_text(reason), n=n, share=round(100 * n / most)) for reason, n in rows]


def pace(flow: Flow, *, now: datetime) -> Chart:
    """Return how many entered the flow, day by day."""
    days = days_before(now, PACE_DAYS)
    counts = lookups.entered_by_day(flow.workspace_id, since=now - timedelta(days=PACE_DAYS), flow=flow).get(
        flow.pk, {}
    )
    return Chart(
        id="flow-pace",
        title=_("Entered per day, last %(n)s days") % {"n": PACE_DAYS},
        said=_("%(n)s in all.") % {"n": f"{sum(counts.values()):,}"},
        of=_("Day"),
        kind="columns",
        labels=[f"{day:%m-%d}" for day in days],
        series=[Series(name=_("Entered"), values=[counts.get(day, 0) for day in days])],
    )
