"""Reads about flows and runs for those who look: lists, one flow with its live counts, one run with its steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate

from campaigns.flows.models import EntryDecision, Flow, Run, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """How many runs of a flow have not ended, how many began in a span, how many reached the goal in it."""

    inside: int
    entered: int
    converted: int


def traffic_of(
    workspace_id: int, flow_ids: Sequence[int], *, since: datetime, until: datetime | None = None
) -> dict[int, Traffic]:
    """Return the traffic of each flow in [since, until), by its id; each figure is counted by an index of its own."""
    end = until or datetime.max.replace(tzinfo=UTC)
    runs = Run.objects.filter(workspace_id=workspace_id).order_by()
    inside, entered, converted = (
        dict(some.values_list("flow_id").annotate(n=Count("*")))
        for some in (
            Run.objects.filter(flow_id__in=flow_ids).exclude(state=Run.State.ENDED).order_by(),
            runs.filter(entered_at__gte=since, entered_at__lt=end),
            runs.filter(exit_reason="converted", ended_at__gte=since, ended_at__lt=end),
        )
    )
    return {
        pk: Traffic(inside=inside.get(pk, 0), entered=entered.get(pk, 0), converted=converted.get(pk, 0))
        for pk in flow_ids
    }


def find_flow(workspace_id: int, key: str) -> Flow | None:
    """Return one flow, None if there is none with this key."""
    return Flow.objects.filter(workspace_id=workspace_id, key=key).select_related("live").first()


def flow_names(workspace_id: int) -> dict[int, Flow]:
    """Return the workspace's flows by id (they are few), to name those that rows refer to."""
    return {flow.pk: flow for flow in Flow.objects.filter(workspace_id=workspace_id).order_by("name")}


def inside_by_node(flow: Flow) -> dict[str, int]:
    """Return how many runs stand at each node now."""
    standing = Run.objects.filter(flow=flow).exclude(state=Run.State.ENDED)
    return dict(standing.order_by().values_list("node").annotate(n=Count("pk")))


def passed_by_node(flow: Flow, *, since: datetime) -> dict[str, int]:
    """Return how many steps each node has seen since then."""
    steps = Step.objects.filter(workspace_id=flow.workspace_id, flow_id=flow.pk, entered_at__gte=since)
    return dict(steps.order_by().values_list("node").annotate(n=Count("pk")))


def runs(workspace_id: int, *, flow: str = "", state: str = "", node: str = "") -> QuerySet[Run]:
    """Return runs with their flows, narrowed by what is given; order and bounds are the caller's."""
    found = Run.objects.filter(workspace_id=workspace_id).select_related("flow", "version")
    asked = {"flow__key": flow, "state": state, "node": node}
    return found.filter(**{name: value for name, value in asked.items() if value})


def runs_of_person(workspace_id: int, person_id: UUID) -> QuerySet[Run]:
    """Return a person's runs with their flows; order and bounds are the caller's."""
    return Run.objects.filter(workspace_id=workspace_id, subject_id=person_id).select_related("flow", "version")


def find_run(workspace_id: int, run_id: UUID) -> Run | None:
    """Return one run with its flow and version."""
    return Run.objects.filter(workspace_id=workspace_id, pk=run_id).select_related("flow", "version").first()


def steps_of(run: Run) -> QuerySet[Step]:
    """Return a run's steps in the order in which it took them."""
    return Step.objects.filter(run=run).order_by("entered_at", "pk")


def refusals_of_person(workspace_id: int, person_id: UUID) -> QuerySet[EntryDecision]:
    """Return why entries of a person did not become runs; order and bounds are the caller's."""
    found = EntryDecision.objects.filter(workspace_id=workspace_id, subject_id=person_id)
    return found.select_related("flow")


def due_runs(workspace_id: int, *, now: datetime) -> int:
    """Return how many runs could go on now and have not yet."""
    return Run.objects.filter(workspace_id=workspace_id, due_at__lte=now).count()


def converted(workspace_id: int, *, since: datetime, until: datetime) -> int:
    """Return how many runs ended in their goal in [since, until)."""
    ended = Run.objects.filter(workspace_id=workspace_id, ended_at__gte=since, ended_at__lt=until)
    return ended.filter(exit_reason="converted").count()


def entered(flow: Flow, *, since: datetime, until: datetime) -> int:
    """Return how many runs of a flow began in [since, until)."""
    return Run.objects.filter(flow=flow, entered_at__gte=since, entered_at__lt=until).count()


def endings(flow: Flow, *, since: datetime) -> dict[str, int]:
    """Return how the runs of a flow ended that ended since then, by reason."""
    ended = Run.objects.filter(flow=flow, ended_at__gte=since).order_by()
    return dict(ended.values_list("exit_reason").annotate(n=Count("pk")))


def refused_by_reason(flow: Flow, *, since: datetime) -> dict[str, int]:
    """Return why those did not get in who asked since then, by reason."""
    refused = EntryDecision.objects.filter(flow=flow, at__gte=since).order_by()
    return dict(refused.values_list("reason").annotate(n=Count("pk")))


def entered_by_day(workspace_id: int, *, since: datetime, flow: Flow | None = None) -> dict[int, dict[date, int]]:
    """Return how many runs each flow, or one, began on each day (of the active zone), by the flow's id."""
    begun = Run.objects.filter(workspace_id=workspace_id, entered_at__gte=since).order_by()
    if flow is not None:
        begun = begun.filter(flow=flow)
    rows = begun.annotate(day=TruncDate("entered_at")).values_list("flow_id", "day").annotate(n=Count("*"))
    found: dict[int, dict[date, int]] = {}
    for flow_id, day, n in rows:
        found.setdefault(flow_id, {})[day] = n
    return found


def failed_by_node(flow: Flow, *, since: datetime) -> dict[str, int]:
    """Return how many runs ended at each node since then because something went wrong or was blocked there."""
    ended = Run.objects.filter(flow=flow, ended_at__gte=since, exit_reason__in=("error", "blocked", "expired"))
    return dict(ended.order_by().values_list("node").annotate(n=Count("pk")))


def inside_by_version(flow: Flow) -> dict[int, int]:
    """Return how many runs are under way on each version, by its number."""
    standing = Run.objects.filter(flow=flow).exclude(state=Run.State.ENDED).order_by()
    return dict(standing.values_list("version__number").annotate(n=Count("pk")))
