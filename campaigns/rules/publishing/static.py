"""The static checks of the gate: what the lint room finds, told as a step."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import get_language

from campaigns.rules.checking import live_forms, seen
from campaigns.rules.form import RuleForm
from campaigns.rules.lint import Finding, Severity, lint, sentence
from campaigns.rules.publishing import steps
from campaigns.rules.publishing.steps import Found
from config.kit.errors import Problem

MOST_TOLD: Final = 200
HINT: Final = "change the rule so that it can do what it is for"


def look_statically(workspace_id: int, forms: Sequence[RuleForm]) -> Found:
    """Look for what is dead, twice there, or contradicts the live rules; only errors keep a rule from going live."""
    forms = [form for form in forms if not form.is_timed]  # counts and waits are no conditions on single events
    keys = {form.key for form in forms}
    if not forms:
        return steps.SKIPPED, "the static checks look at rules on single events", (), {}
    others = [form for form in live_forms(workspace_id) if form.key not in keys]
    found = lint([*others, *forms], seen=seen(workspace_id), looked_at=keys)
    errors = [each for each in found if each.severity is Severity.ERROR and each.rules[0] in keys]
    details = {"compared": len(others), "findings": [_as_json(each) for each in found[:MOST_TOLD]]}
    if errors:
        return steps.FAILED, f"{len(errors)} errors", [_problem(each, forms) for each in errors], details
    warnings = sum(each.severity is Severity.WARNING for each in found)
    if warnings:
        return steps.WARNED, f"{warnings} warnings", (), details
    return steps.PASSED, "nothing stands out", (), details


def _problem(finding: Finding, forms: Sequence[RuleForm]) -> Problem:
    place = next(index for index, form in enumerate(forms) if form.key == finding.rules[0])
    prefix = f"/rules/{place}" if len(forms) > 1 else ""
    return Problem(path=prefix + (finding.path or "/if"), message=_said(finding), hint=HINT)


def _as_json(finding: Finding) -> Mapping[str, Any]:
    told = {"kind": finding.kind, "severity": finding.severity.value, "rules": list(finding.rules)}
    more = {"rows": list(finding.rows), "path": finding.path, "example": finding.witness}
    return {**told, "said": _said(finding), **more}


def _said(finding: Finding) -> str:
    return sentence(finding, get_language() or "en")
