"""Drafts as the pages of the editor know them: found or begun, saved, and told apart from somebody else's."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404

from campaigns.rules.lookups import find_rule
from campaigns.rules.models import Rule
from campaigns.rules.publishing.differences import Change, changes_between
from campaigns.rules.publishing.drafts import find_draft, save_draft
from campaigns.rules.publishing.models import RuleDraft
from campaigns.rules.publishing.reviewing import pending_review
from compliance.access.console import ConsoleRequest, actor_of
from config.kit import clock
from config.kit.errors import Conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A rule and its draft, as far as there is one."""

    rule: Rule
    draft: RuleDraft | None

    @property
    def definition(self) -> dict[str, Any]:
        """What the draft says, else the live version."""
        if self.draft is not None:
            return dict(self.draft.definition)
        return dict(self.rule.live.definition) if self.rule.live else {"key": self.rule.key, "name": self.rule.name}

    @property
    def revision(self) -> int:
        return self.draft.revision if self.draft else 0


def held(request: ConsoleRequest, key: str) -> Held:
    """Return a rule of the workspace with its draft, or answer 404."""
    rule = find_rule(request.workspace.pk, key)
    if rule is None:
        raise Http404
    return Held(rule=rule, draft=find_draft(request.workspace.pk, key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Somebody else saved meanwhile: their draft, and what mine would change in it."""

    theirs: RuleDraft | None
    changes: list[Change]
    mine: str


def save(request: ConsoleRequest, key: str, definition: Mapping[str, Any], *, revision: int) -> RuleDraft | Clash:
    """Save a draft; a `Clash` if it is another one by now. Raises `InputRefused` where it cannot even be kept."""
    try:
        return save_draft(
            request.workspace.pk, key, definition, revision=revision, actor=actor_of(request), now=clock.now()
        )
    except Conflict:
        theirs = find_draft(request.workspace.pk, key)
        return Clash(
            theirs=theirs,
            changes=changes_between(theirs.definition if theirs else {}, definition),
            mine=json.dumps(definition, ensure_ascii=False, indent=2),
        )


def around(found: Held, tab: str) -> dict[str, Any]:
    """Return what the head of each page of the editor shows."""
    return {
        "rule": found.rule,
        "draft": found.draft,
        "revision": found.revision,
        "tab": tab,
        "problems": found.draft.problems if found.draft else [],
        "review": pending_review(found.rule),
    }


def number(text: str) -> int:
    """Return a revision that a form carries; 0 where it makes no sense."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
