"""What a check found, and how grave each kind of finding is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final


class Severity(StrEnum):
    """What a finding means for a rule that is to go live."""

    ERROR = "error"
    """The rule cannot do what it is for."""
    WARNING = "warning"
    """Somebody should look at it."""
    HINT = "hint"
    """Worth knowing."""


SEVERITIES: Final[Mapping[str, Severity]] = {
    "dead": Severity.ERROR,
    "never_on": Severity.WARNING,
    "always": Severity.WARNING,
    "duplicate": Severity.WARNING,
    "subsumed": Severity.WARNING,
    "unreachable": Severity.WARNING,
    "overlap": Severity.HINT,
    "loop": Severity.WARNING,
    "unknown_event": Severity.WARNING,
    "unknown_property": Severity.WARNING,
    "unknown_trait": Severity.WARNING,
    "other_type": Severity.WARNING,
    "mixed_types": Severity.HINT,
    "row_dead": Severity.ERROR,
    "row_unreachable": Severity.WARNING,
    "row_duplicate": Severity.WARNING,
    "row_overlap": Severity.HINT,
    "gap": Severity.WARNING,
    "no_catch_all": Severity.HINT,
    "outcome_unreachable": Severity.WARNING,
}
"""Every kind of finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a check found out.

    `rules` are the keys of the rules concerned, the one to look at first in front; `rows` (from 1) those of a decision
    table. `about` fills the sentence that `telling` has for the kind. `path` is a JSON pointer into the first rule's
    definition. `witness` is an event, with what is known of its person, that shows it; None where none was found.
    """

    kind: str
    rules: tuple[str, ...]
    rows: tuple[int, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
    witness: Mapping[str, Any] | None = None

    @property
    def severity(self) -> Severity:
        return SEVERITIES[self.kind]
