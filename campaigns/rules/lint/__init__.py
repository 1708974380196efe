"""Static checks of rules, pure: what is wrong with a set of rules, told before any event has come.

`lint` returns findings; `sentence` tells one. Claims are made on the rules' boxes (`space`): values cut into cells
where some condition tells a difference. "Never", "always" and "whenever" are claimed only where they are certain; what
may happen is shown by an event that the interpreter has judged.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from campaigns.rules.form import RuleForm
from campaigns.rules.lint.findings import SEVERITIES, Finding, Severity
from campaigns.rules.lint.loops import check_loops
from campaigns.rules.lint.matching import Matching
from campaigns.rules.lint.names import Seen, check_names, check_types
from campaigns.rules.lint.rows import check_rows
from campaigns.rules.lint.subjects import subject
from campaigns.rules.lint.telling import sentence

__all__ = ["SEVERITIES", "Finding", "Seen", "Severity", "lint", "sentence"]
NOTHING_SEEN = Seen()


def lint(rules: Iterable[RuleForm], *, seen: Seen = NOTHING_SEEN, looked_at: Collection[str] = ()) -> list[Finding]:
    """Return what is to be said about rules, the gravest first.

    `looked_at` are the keys of the rules that somebody asks about, such as a draft: findings that concern none of
    them are left out. Rules that are off are not looked at, unless somebody asks about them.
    """
    forms = list(rules)
    subjects = [each for each in map(subject, forms) if each.mode != "off" or each.key in looked_at]
    judged = sorted(subjects, key=lambda each: each.priority)
    asked = [each for each in judged if not looked_at or each.key in looked_at]
    found: list[Finding] = [
        *Matching(judged, looked_at=looked_at).findings(),
        *check_loops(judged, looked_at=looked_at),
        *check_names(asked, seen),
        *check_types(judged, looked_at=looked_at),
        *(finding for form in forms if not looked_at or form.key in looked_at for finding in check_rows(form)),
    ]
    return sorted(_once(found), key=lambda finding: list(Severity).index(finding.severity))


def _once(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield each finding once."""
    told: set[str] = set()
    for finding in findings:
        if (text := repr(finding)) not in told:
            told.add(text)
            yield finding
