"""How many runs are where, and what became of those that ended."""

from dataclasses import dataclass

from django.db.models import Count

from campaigns.flows.models import EntryDecision, Flow, Run, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """A flow in figures, each a query over stored rows."""

    inside: dict[str, int]
    passed: dict[str, int]
    ended: dict[str, int]
    refused: dict[str, int]


def counts_of(flow: Flow) -> Counts:
    """Count the flow's runs by node and by exit reason, its steps by node, its refused entries by reason."""
    runs = Run.objects.filter(flow=flow).order_by()
    going = runs.exclude(state=Run.State.ENDED)
    refused = EntryDecision.objects.filter(flow=flow).order_by()
    steps = Step.objects.filter(flow_id=flow.pk, workspace_id=flow.workspace_id).order_by()
    return Counts(
        inside=dict(going.values_list("node").annotate(n=Count("pk"))),
        passed=dict(steps.values_list("node").annotate(n=Count("pk"))),
        ended=dict(runs.filter(state=Run.State.ENDED).values_list("exit_reason").annotate(n=Count("pk"))),
        refused=dict(refused.values_list("reason").annotate(n=Count("pk"))),
    )
