"""The list of jobs: what takes long, whose it is, how far it is."""

from collections.abc import Sequence
from typing import Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from compliance.jobs import labels, verbs
from compliance.jobs.kinds import kinds
from compliance.jobs.models import Job
from config.kit import clock
from config.kit.lists import Choice, Column, Dates, List, Nothing, Row, Scope, Text, register


def _source(scope: Scope) -> QuerySet[Job]:
    return verbs.jobs(scope.workspace_id)


def _dress(_scope: Scope, rows: Sequence[Job]) -> list[Row]:
    now = clock.now()
    return [{"job": job, "told": labels.progress(job, now=now)} for job in rows]


def _kinds(_scope: Scope) -> list[tuple[str, str]]:
    return [(kind.name, str(kind.text)) for kind in kinds()]


JOBS: Final = List(
    name="job",
    title=_("Jobs"),
    said=_("Imports, exports and recomputations: work that takes long goes on here, whatever page you are on."),
    address=lambda _scope: reverse("jobs"),
    source=_source,
    dress=_dress,
    order="-asked",
    counted=lambda n: ngettext("%(n)s job", "%(n)s jobs", n) % {"n": f"{n:,}"},
    columns=(
        Column(
            key="title",
            label=_("Job"),
            value=lambda row: row["job"].title,
            link=lambda row: reverse("job", args=[row["job"].pk]),
            small=True,
            width="clip",
        ),
        Column(key="state", label=_("State"), value=lambda row: row["told"].label, small=True, width="fit"),
        Column(key="kind", label=_("What"), value=lambda row: str(row["told"].kind)),
        Column(key="done", label=_("Done"), value=lambda row: row["job"].done, numeric=True, small=True),
        Column(key="total", label=_("Of"), value=lambda row: row["job"].total, numeric=True, shown=False),
        Column(key="actor", label=_("Asked for by"), value=lambda row: row["job"].actor),
        Column(key="asked", label=_("Asked for"), value=lambda row: row["job"].created_at, sort="created_at"),
        Column(key="problem", label=_("Problem"), value=lambda row: row["job"].problem, shown=False),
    ),
    filters=(
        Text(key="q", label=_("Title"), field="title", main=True),
        Choice(
            key="state",
            label=_("State"),
            options=lambda _scope: [(state.value, label.text) for state, label in labels.STATES.items()],
            field="state",
            many=True,
        ),
        Choice(key="kind", label=_("What"), options=_kinds, field="kind", many=True),
        Dates(key="at", label=_("Asked for"), field="created_at"),
    ),
    nothing=Nothing(
        icon="list-checks",
        title=_("No jobs yet"),
        text=_("Start an import, an export or a recomputation, and its progress appears here."),
    ),
)
register(JOBS)
