"""The list of imports: which files came in, and what became of their rows."""

from collections.abc import Sequence
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audiences.imports import verbs
from audiences.imports.labels import WHATS, label_of
from audiences.imports.models import Import
from audiences.imports.report import counts_of
from compliance import jobs
from config.kit.lists import Choice, Column, Dates, List, Nothing, Row, Scope, Text, register


def _source(scope: Scope) -> QuerySet[Import]:
    return verbs.imports(scope.workspace_id)


def _dress(scope: Scope, rows: Sequence[Import]) -> list[Row]:
    wanted = [found.job_id for found in rows if found.job_id]
    known = {job.pk: job for job in jobs.jobs(scope.workspace_id).filter(pk__in=wanted)}
    return [{"import": found, "job": known.get(found.job_id) if found.job_id else None} for found in rows]


def _count(name: str) -> Any:
    def value(row: Row) -> Any:
        counts = counts_of(row["job"])
        return counts.get(name) if counts else None

    return value


IMPORTS: Final = List(
    name="import",
    title=_("Imports"),
    said=_("Files of people and of events. What a file tells counts as history: it starts no journey."),
    address=lambda _scope: reverse("imports"),
    source=_source,
    dress=_dress,
    order="-uploaded",
    counted=lambda n: ngettext("%(n)s import", "%(n)s imports", n) % {"n": f"{n:,}"},
    columns=(
        Column(
            key="name",
            label=_("File"),
            value=lambda row: row["import"].name,
            link=lambda row: reverse("import", args=[row["import"].pk]),
            small=True,
            width="clip",
        ),
        Column(key="state", label=_("State"), value=lambda row: label_of(row["job"]), small=True, width="fit"),
        Column(key="what", label=_("What"), value=lambda row: str(WHATS[row["import"].what])),
        Column(key="accepted", label=_("Imported"), value=_count("accepted"), numeric=True, small=True),
        Column(key="repeated", label=_("Repeated"), value=_count("repeated"), numeric=True),
        Column(key="refused", label=_("Refused"), value=_count("refused"), numeric=True),
        Column(key="actor", label=_("By"), value=lambda row: row["import"].actor),
        Column(key="uploaded", label=_("Uploaded"), value=lambda row: row["import"].created_at, sort="created_at"),
    ),
    filters=(
        Text(key="q", label=_("File name"), field="name", main=True),
        Choice(
            key="what",
            label=_("What"),
            options=lambda _scope: list(WHATS.items()),
            field="what",
            many=True,
        ),
        Dates(key="at", label=_("Uploaded"), field="created_at"),
    ),
    nothing=Nothing(
        icon="upload",
        title=_("No imports yet"),
        text=_("Bring a CSV or JSON lines file: you see what is in it before anything is written."),
        action=_("Import a file"),
        url=lambda: reverse("import-new"),
    ),
)
register(IMPORTS)
