"""The live rules that listen to the same events: what a new one is tried with."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db.models import F, QuerySet

from campaigns.rules.form import RuleForm
from campaigns.rules.models import RuleVersion

MOST_BESIDE: Final = 300
"""How many live rules with the same events take part in a rule's trial, the newest first."""


def beside(workspace_id: int, forms: Sequence[RuleForm]) -> list[Mapping[str, Any]]:
    """Return the definitions of live rules that share an event with the forms and are none of them."""
    return list(_around(workspace_id, forms).values_list("definition", flat=True)[:MOST_BESIDE])


def _around(workspace_id: int, forms: Sequence[RuleForm]) -> QuerySet[RuleVersion]:
    names = sorted({name for form in forms for name in form.on})
    rows = RuleVersion.objects.filter(
        rule__workspace_id=workspace_id,
        rule__live_id=F("id"),
        rule__enabled=True,
        definition__on__has_any_keys=names,
    )
    return rows.exclude(rule__key__in=[form.key for form in forms]).exclude(rule__mode="off").order_by("-id")
