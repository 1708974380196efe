"""Runs the static checks over a workspace's rules, and a draft among them, with what was seen there."""

from collections.abc import Iterable

from django.db.models import F

from audiences.builder.catalogue import Known, known
from campaigns.rules.form import RuleForm, parse_rule
from campaigns.rules.lint import Finding, Seen, lint
from campaigns.rules.models import RuleVersion
from config.kit.errors import InputRefused


def check_draft(workspace_id: int, draft: RuleForm) -> list[Finding]:
    """Return what the checks say about a rule that is to take the place of the live one with its key."""
    if draft.is_timed:
        return []  # what is counted or waited for is not a condition on single events
    others = [form for form in live_forms(workspace_id) if form.key != draft.key]
    return lint([*others, draft], seen=seen(workspace_id), looked_at=[draft.key])


def check_rules(workspace_id: int) -> list[Finding]:
    """Return what the checks say about all live rules of a workspace."""
    return lint(live_forms(workspace_id), seen=seen(workspace_id))


def live_forms(workspace_id: int) -> list[RuleForm]:
    """Return the live rules on single events, those that decide first in front; unreadable ones are left out."""
    rows = RuleVersion.objects.filter(
        rule__workspace_id=workspace_id, rule__live_id=F("id"), rule__enabled=True
    ).order_by("rule__priority", "rule_id")
    return [form for form in _readable(rows.values_list("definition", flat=True)) if not form.is_timed]


def seen(workspace_id: int) -> Seen:
    """Return which names and types were seen in a workspace, as the checks want it."""
    return _seen(known(workspace_id))


def _seen(found: Known) -> Seen:
    return Seen(
        events=found.events,
        properties={
            event: {name: each.types for name, each in properties.items()}
            for event, properties in found.properties.items()
        },
        traits={name: each.types for name, each in found.traits.items()},
    )


def _readable(definitions: Iterable[object]) -> Iterable[RuleForm]:
    for definition in definitions:
        try:
            yield parse_rule(definition)
        except InputRefused:
            continue  # the log has it from where it is judged
