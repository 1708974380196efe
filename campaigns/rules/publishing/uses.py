"""What a rule refers to, and what refers to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from campaigns.rules.form import RuleForm, parse_rule
from campaigns.rules.form.actions import as_json
from campaigns.rules.models import Rule, RuleVersion
from campaigns.rules.naming import references
from config.kit.errors import InputRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """`uses`: kind, key and path of what the live version names; `used_by`: kind, key, name and why."""

    uses: tuple[Mapping[str, str], ...]
    used_by: tuple[Mapping[str, str], ...]


def uses_of(rule: Rule) -> Uses:
    """Return both for the live version; a rule that is not live stands on nothing and carries nothing."""
    form = _read(rule.live.definition) if rule.live else None
    if form is None:
        return Uses(uses=(), used_by=())
    named = [{"kind": each.kind, "key": each.key, "path": each.path} for each in references(form)]
    heard = [{"kind": "event", "key": name, "path": "/on"} for name in form.on]
    return Uses(uses=(*named, *heard), used_by=tuple(_listeners(rule, form)))


def _listeners(rule: Rule, form: RuleForm) -> Iterator[Mapping[str, str]]:
    """Yield the live rules that listen to an event which this one emits."""
    emitted = sorted(_emitted(as_json(form.actions)))
    if not emitted:
        return
    rows = RuleVersion.objects.filter(
        rule__workspace_id=rule.workspace_id, rule__live_id=F("id"), definition__on__has_any_keys=emitted
    )
    for version in rows.exclude(rule=rule).select_related("rule").order_by("rule__key"):
        yield {"kind": "rule", "key": version.rule.key, "name": version.rule.name, "why": "listens to what it emits"}


def _emitted(actions: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for action in actions:
        written = action.get("emit")
        if isinstance(written, str):
            yield written
        elif isinstance(written, Mapping) and isinstance(written.get("event"), str):
            yield written["event"]


def _read(definition: Any) -> RuleForm | None:
    try:
        return parse_rule(definition)
    except InputRefused:  # a version that an older release wrote
        return None
