"""The lists of journeys and of people's runs through them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audiences.people.lookups import called as people_called
from audiences.people.lookups import names_of, people
from campaigns.flows import lookups
from campaigns.flows.labels import EXITS, FLOW_STATES, RUN_STATES, label_of_flow, label_of_run
from campaigns.flows.models import Flow, Run
from campaigns.flows.wording import entry_text
from config.kit import clock
from config.kit.lists import Choice, Column, Dates, Instants, List, Nothing, Row, Scope, Text, register
from config.kit.lists.common import author_column, changed_column, name_filter, version_column

RECENT: Final = timedelta(days=7)


def _flows(scope: Scope) -> QuerySet[Flow]:
    return Flow.objects.filter(workspace_id=scope.workspace_id).select_related("live")


def _dress(scope: Scope, rows: Sequence[Flow]) -> list[Row]:
    traffic = lookups.traffic_of(scope.workspace_id, [flow.pk for flow in rows], since=clock.now() - RECENT)
    return [
        {
            "flow": flow,
            "live": flow.live,
            "entry": entry_text(flow.live.definition) if flow.live else "",
            "traffic": traffic[flow.pk],
        }
        for flow in rows
    ]


FLOWS: Final = List(
    name="flow",
    title=_("Journeys"),
    said=_("What happens to people, step by step. Running runs keep the version that they started with."),
    address=lambda _scope: reverse("flows"),
    source=_flows,
    dress=_dress,
    order="name",
    counted=lambda n: ngettext("%(n)s journey", "%(n)s journeys", n) % {"n": f"{n:,}"},
    columns=(
        Column(
            key="name",
            label=_("Name"),
            value=lambda row: row["flow"].name,
            link=lambda row: reverse("flow", args=[row["flow"].key]),
            sub=lambda row: row["flow"].key,
            sort="name",
            small=True,
            width="clip",
        ),
        Column(
            key="state",
            label=_("State"),
            value=lambda row: label_of_flow(row["flow"].state),
            sort="state",
            small=True,
            width="fit",
        ),
        version_column(),
        Column(key="entry", label=_("Entered"), value=lambda row: row["entry"]),
        Column(key="entered", label=_("Entered, 7 days"), value=lambda row: row["traffic"].entered, numeric=True),
        Column(key="inside", label=_("Inside now"), value=lambda row: row["traffic"].inside, numeric=True, small=True),
        Column(key="converted", label=_("Converted, 7 days"), value=lambda row: row["traffic"].converted, numeric=True),
        author_column(shown=False),
        changed_column("flow", shown=False),
    ),
    filters=(
        name_filter(),
        Choice(
            key="state",
            label=_("State"),
            options=lambda _scope: [(state.value, label.text) for state, label in FLOW_STATES.items()],
            field="state",
            many=True,
        ),
        Text(key="author", label=_("By"), field="live__author"),
        Dates(key="changed", label=_("Changed"), field="updated_at"),
    ),
    nothing=Nothing(
        icon="workflow",
        title=_("No journeys yet"),
        text=_("A journey takes people from an event to a goal, step by step: it waits, branches and sends."),
        action=_("New journey"),
        url=lambda: reverse("flow-new"),
    ),
)


def _runs(scope: Scope) -> QuerySet[Run]:
    return Run.objects.filter(workspace_id=scope.workspace_id).select_related("flow", "version")


def _dress_runs(scope: Scope, rows: Sequence[Run]) -> list[Row]:
    names = names_of(scope.workspace_id, [run.subject_id for run in rows])
    return [{"run": run, "name": names.get(run.subject_id, "")} for run in rows]


def _of_people(rows: QuerySet[Any], text: str, scope: Scope) -> QuerySet[Any]:
    found = people_called(people(scope.workspace_id), scope.workspace_id, text)
    return rows.filter(subject_id__in=found.values("id"))


def _flow_options(scope: Scope) -> list[tuple[str, str]]:
    return [(flow.key, flow.name) for flow in lookups.flow_names(scope.workspace_id).values()]


def _in_flows(rows: QuerySet[Run], keys: list[str], scope: Scope) -> QuerySet[Run]:
    flows = lookups.flow_names(scope.workspace_id).values()
    return rows.filter(flow_id__in=[flow.pk for flow in flows if flow.key in keys])


RUNS: Final = List(
    name="run",
    title=_("Runs"),
    said=_("The way of one person through a journey."),
    address=lambda _scope: reverse("runs"),
    source=_runs,
    dress=_dress_runs,
    order="-entered",
    counted=lambda n: ngettext("%(n)s run", "%(n)s runs", n) % {"n": f"{n:,}"},
    columns=(
        Column(
            key="person",
            label=_("Person"),
            value=lambda row: row["name"],
            link=lambda row: reverse("run", args=[row["run"].pk]),
            small=True,
            width="clip",
        ),
        Column(
            key="flow",
            label=_("Journey"),
            value=lambda row: row["run"].flow.name,
            sub=lambda row: f"v{row['run'].version.number}",
        ),
        Column(key="state", label=_("State"), value=lambda row: label_of_run(row["run"]), small=True, width="fit"),
        Column(key="node", label=_("Node"), value=lambda row: row["run"].node, style="code"),
        Column(key="due", label=_("Goes on"), value=lambda row: row["run"].due_at, style="ago", wide=True),
        Column(
            key="entered",
            label=_("Entered"),
            value=lambda row: row["run"].entered_at,
            sort="entered_at",
            style="full",
            small=True,
        ),
        Column(key="ended", label=_("Ended"), value=lambda row: row["run"].ended_at, style="full", shown=False),
    ),
    filters=(
        Text(key="q", label=_("User id, e-mail, phone or name"), narrow=_of_people, main=True),
        Choice(key="flow", label=_("Journey"), options=_flow_options, narrow=_in_flows, many=True),
        Choice(
            key="state",
            label=_("State"),
            options=lambda _scope: [(state.value, label.text) for state, label in RUN_STATES.items()],
            field="state",
            many=True,
        ),
        Choice(
            key="exit",
            label=_("How it ended"),
            options=lambda _scope: [(reason, label.text) for reason, label in EXITS.items()],
            field="exit_reason",
            many=True,
        ),
        Text(key="node", label=_("Node"), narrow=lambda rows, text, _scope: rows.filter(node=text)),
        Dates(key="entered", label=_("Entered"), field="entered_at"),
        Instants(key="within", label=_("Ended"), field="ended_at"),
    ),
    nothing=Nothing(
        icon="route", title=_("No runs yet"), text=_("A run appears as soon as somebody enters a journey.")
    ),
)
register(FLOWS, RUNS)
