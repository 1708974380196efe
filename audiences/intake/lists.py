"""The list of refused input: what senders got wrong."""

from collections.abc import Sequence
from typing import Final

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audiences.intake.labels import reason_text
from audiences.intake.models import Refusal
from config.kit.lists import Choice, Column, Dates, Instants, List, Nothing, Row, Scope, Text, register


def _source(scope: Scope) -> QuerySet[Refusal]:
    return Refusal.objects.filter(workspace_id=scope.workspace_id)


def _dress(_scope: Scope, rows: Sequence[Refusal]) -> list[Row]:
    return [{"refusal": refusal} for refusal in rows]


def _said(rows: QuerySet[Refusal], text: str, _scope: Scope) -> QuerySet[Refusal]:
    return rows.filter(Q(message__icontains=text) | Q(message_id__startswith=text))


def _reasons(scope: Scope) -> list[tuple[str, str]]:
    """The reasons among the latest thousand: all that one meets in practice, at the price of one short index scan."""
    latest = _source(scope).order_by("-id").values_list("reason", flat=True)[:1000]
    return [(reason, reason_text(reason)) for reason in sorted(set(latest))]


REFUSED: Final = List(
    name="refused",
    title=_("Refused input"),
    said=_("Items that senders got wrong. The good items of the same request were accepted."),
    address=lambda _scope: reverse("refused"),
    source=_source,
    dress=_dress,
    order="-time",
    counted=lambda n: ngettext("%(n)s refused item", "%(n)s refused items", n) % {"n": f"{n:,}"},
    columns=(
        Column(key="time", label=_("Time"), value=lambda row: row["refusal"].at, sort="pk", style="full", small=True),
        Column(key="field", label=_("Field"), value=lambda row: row["refusal"].field, style="code", small=True),
        Column(
            key="message",
            label=_("What was wrong"),
            value=lambda row: reason_text(row["refusal"].reason),
            sub=lambda row: row["refusal"].message,
            small=True,
        ),
        Column(key="told", label=_("As the sender was told"), value=lambda row: row["refusal"].message, shown=False),
        Column(key="reason", label=_("Reason"), value=lambda row: row["refusal"].reason, style="code", shown=False),
        Column(key="message_id", label=_("Message id"), value=lambda row: row["refusal"].message_id, width="clip"),
    ),
    filters=(
        Text(key="q", label=_("Message id, or words of what was wrong"), narrow=_said, main=True),
        Choice(key="reason", label=_("Reason"), options=_reasons, field="reason", many=True, free=True),
        Text(key="field", label=_("Field"), field="field"),
        Dates(key="at", label=_("Time"), field="at"),
        Instants(key="within", label=_("Time"), field="at"),
    ),
    nothing=Nothing(
        icon="circle-check", title=_("Nothing was refused"), text=_("Every item that was sent so far could be read.")
    ),
)
register(REFUSED)
