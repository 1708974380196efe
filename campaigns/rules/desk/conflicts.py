"""What the static checks say about one rule beside the live ones: overlaps, shadowed rows, gaps, with examples."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from campaigns.rules.checking import check_draft
from campaigns.rules.desk.around import find, version_named
from campaigns.rules.desk.told import told_findings
from campaigns.rules.form import parse_rule
from compliance.access.console import ConsoleRequest, console_page
from config.kit.errors import InputRefused
from config.kit.pages import page
from config.kit.spoken import told


@console_page
def rule_conflicts(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show the findings of a version, or of the draft (`?version=draft`): part of the rule's page, or a page."""
    rule = find(request, key)
    version = version_named(rule, request.GET.get("version", ""))
    context: dict[str, Any] = {"rule": rule, "rule_url": reverse("rule", args=[key]), "findings": [], "faults": []}
    if version is not None:
        try:
            context["findings"] = told_findings(check_draft(rule.workspace_id, parse_rule(version.definition)))
        except InputRefused as refusal:
            context["faults"] = [told(problem) for problem in refusal.problems]
    return page(request, "rules/conflicts.html", context, parts={"rule-conflicts": "conflicts"})
