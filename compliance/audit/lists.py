"""The list of the trail: who did what to what, newest first."""

from collections.abc import Sequence
from typing import Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from compliance.audit.labels import ACTORS, action_text, label_of_actor, thing_text
from compliance.audit.models import AuditEntry
from compliance.audit.trail import entries
from config.kit.lists import Choice, Column, Dates, List, Nothing, Row, Scope, Text, register


def _source(scope: Scope) -> QuerySet[AuditEntry]:
    return entries(scope.workspace_id)


def _dress(_scope: Scope, rows: Sequence[AuditEntry]) -> list[Row]:
    return [
        {
            "entry": entry,
            "actor": label_of_actor(entry.actor_kind),
            "action": action_text(entry.action),
            "thing": thing_text(entry.object_kind),
        }
        for entry in rows
    ]


AUDIT: Final = List(
    name="audit",
    title=_("Audit"),
    said=_("Every change and every decision, written in the same transaction. Nothing here can be edited."),
    address=lambda _scope: reverse("audit"),
    source=_source,
    dress=_dress,
    order="-time",
    counted=lambda n: ngettext("%(n)s entry", "%(n)s entries", n) % {"n": f"{n:,}"},
    columns=(
        Column(key="time", label=_("Time"), value=lambda row: row["entry"].at, sort="pk", style="full", small=True),
        Column(
            key="action",
            label=_("Action"),
            value=lambda row: row["entry"].action,
            cell="audit/cells.html#action",
            small=True,
        ),
        Column(
            key="object",
            label=_("Object"),
            value=lambda row: f"{row['entry'].object_kind} {row['entry'].object_id}",
            cell="audit/cells.html#object",
            width="clip",
        ),
        Column(
            key="actor",
            label=_("Actor"),
            value=lambda row: row["entry"].actor,
            cell="audit/cells.html#actor",
            width="fit",
        ),
        Column(
            key="details",
            label=_("Details"),
            value=lambda row: row["entry"].payload,
            cell="audit/cells.html#details",
            width="fit",
        ),
        Column(key="request", label=_("Request"), value=lambda row: row["entry"].request_id, style="code", shown=False),
    ),
    filters=(
        Text(
            key="action",
            label=_("Action begins with"),
            narrow=lambda rows, text, _scope: rows.filter(action__startswith=text),
            main=True,
        ),
        Text(key="actor", label=_("Actor"), field="actor"),
        Choice(
            key="by",
            label=_("Kind of actor"),
            options=lambda _scope: [(kind.value, label.text) for kind, label in ACTORS.items()],
            field="actor_kind",
            many=True,
        ),
        Text(
            key="object",
            label=_("Object id"),
            narrow=lambda rows, text, _scope: rows.filter(object_id=text),
        ),
        Dates(key="at", label=_("Time"), field="at"),
    ),
    nothing=Nothing(
        icon="scroll-text", title=_("No entries yet"), text=_("Whatever is changed or decided is noted here.")
    ),
)
register(AUDIT)
