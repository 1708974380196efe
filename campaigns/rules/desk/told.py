"""Says in the reader's language what the static checks found."""

from collections.abc import Iterable
from typing import Any, Final

from django.utils.translation import get_language, gettext_lazy

from campaigns.rules.lint import Finding, Severity, sentence
from config.kit.labels import Label

SEVERITIES: Final = {
    Severity.ERROR: Label("bad", "circle-x", gettext_lazy("error")),
    Severity.WARNING: Label("warn", "triangle-alert", gettext_lazy("warning")),
    Severity.HINT: Label("info", "info", gettext_lazy("hint")),
}


def told_findings(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return what the static checks found, each with its grade and an event that shows it."""
    language = get_language() or "en"
    return [
        {
            "label": SEVERITIES[each.severity],
            "said": sentence(each, language),
            "rules": each.rules[1:],
            "witness": each.witness,
        }
        for each in findings
    ]
