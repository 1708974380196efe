"""What the pages about one rule share: the rule itself, its versions to choose from, one named by an address."""

from typing import Any, Final

from django.http import Http404
from django.utils.translation import gettext as _

from campaigns.rules import lookups
from campaigns.rules.models import Rule, RuleVersion
from campaigns.rules.publishing.drafts import find_draft
from compliance.access.console import ConsoleRequest

DRAFT: Final = "draft"
MOST_VERSIONS: Final = 100


def find(request: ConsoleRequest, key: str) -> Rule:
    """Return the rule of the address; 404 if the workspace has none with this key."""
    found = lookups.find_rule(request.workspace.pk, key)
    if found is None:
        raise Http404
    return found


def version_named(rule: Rule, named: str) -> RuleVersion | None:
    """Return the version that an address names: by number, the draft as if it were one, else live before draft."""
    if named == DRAFT or (not named and rule.live is None):
        draft = find_draft(rule.workspace_id, rule.key)
        return RuleVersion(pk=0, rule=rule, number=0, definition=draft.definition) if draft else None
    if not named:
        named = str(rule.live.number) if rule.live else ""
    number = int(named) if named.isascii() and named.isdigit() and len(named) < 10 else 0
    return RuleVersion.objects.select_related("rule").filter(rule=rule, number=number).first()


def versions_to_choose(rule: Rule, draft: Any) -> list[tuple[str, str]]:
    """Return the versions of a rule as the choices of a field, the draft in front."""
    numbers = RuleVersion.objects.filter(rule=rule).order_by("-number").values_list("number", "pk")[:MOST_VERSIONS]
    told = [(str(number), _("v%(n)s, live") if pk == rule.live_id else "v%(n)s") for number, pk in numbers]
    named = [(number, text % {"n": number}) for number, text in told]
    return [(DRAFT, _("the draft")), *named] if draft else named
