"""Defines rules: reads, checks references, tries at the gate, stores an immutable version, and makes it live."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from campaigns.rules.form import RuleForm, parse_rule
from campaigns.rules.gate import pass_gate
from campaigns.rules.live import renew_stamp
from campaigns.rules.models import Rule, RuleVersion
from campaigns.rules.naming import check_references
from compliance.audit import record
from config.kit.actors import Actor
from config.kit.versions import digest

MOST_BESIDE: Final = 300
"""How many live rules with the same events take part in a rule's trial, the newest first."""


def define(workspace_id: int, raw: Any, *, actor: Actor, now: datetime) -> Rule:
    """Make `raw` the live version of the rule with its key, and return the rule; the same again adds no version.

    Raises `InputRefused` with every problem: of form, of reference, or the gate's.
    """
    form = parse_rule(raw)
    check_references(workspace_id, form)
    live = _live_version(workspace_id, form.key)
    if not form.is_timed and (live is None or _judged(live.definition) != _judged(form.definition)):
        pass_gate(form.definition, beside=_beside(workspace_id, form))
    return _store(workspace_id, form, actor=actor, now=now)


def amend(rule: Rule, *, actor: Actor, now: datetime, **changes: Any) -> Rule:
    """Define the rule anew with some keys changed, such as `mode` or `enabled`."""
    live = RuleVersion.objects.get(rule=rule, rule__live_id=F("id"))
    return define(rule.workspace_id, {**live.definition, **changes}, actor=actor, now=now)


@transaction.atomic
def _store(workspace_id: int, form: RuleForm, *, actor: Actor, now: datetime) -> Rule:
    """Add the version. The stamp's row comes first: its lock keeps two changes of one rule apart."""
    renew_stamp(workspace_id)
    rule, created = Rule.objects.get_or_create(
        workspace_id=workspace_id,
        key=form.key,
        defaults={"name": form.name, "created_at": now, "updated_at": now},
    )
    sha256 = digest(form.definition)
    live = None if created else _live_version(workspace_id, form.key)
    if live is not None and live.sha256 == sha256:
        return rule
    version = RuleVersion.objects.create(
        rule=rule,
        number=1 if live is None else live.number + 1,
        definition=form.definition,
        sha256=sha256,
        author=actor.name,
        created_at=now,
    )
    _make_live(rule, version, form, now=now)
    record(
        "rule.defined",
        workspace_id=workspace_id,
        object_kind="rule",
        object_id=form.key,
        payload={
            "version": version.number,
            "sha256": sha256,
            "mode": form.controls.mode,
            "enabled": form.controls.enabled,
        },
        actor=actor,
        at=now,
    )
    return rule


def _make_live(rule: Rule, version: RuleVersion, form: RuleForm, *, now: datetime) -> None:
    rule.live, rule.name, rule.mode = version, form.name, form.controls.mode
    rule.enabled, rule.priority, rule.updated_at = form.controls.enabled, form.controls.priority, now
    rule.save(update_fields=["live", "name", "mode", "enabled", "priority", "updated_at"])


def _judged(definition: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the parts of a definition that decide what it matches."""
    return tuple(definition.get(part) for part in ("on", "if", "unless", "columns", "rows"))


def _live_version(workspace_id: int, key: str) -> RuleVersion | None:
    return RuleVersion.objects.filter(rule__workspace_id=workspace_id, rule__key=key, rule__live_id=F("id")).first()


def _beside(workspace_id: int, form: RuleForm) -> Sequence[Mapping[str, Any]]:
    rows = RuleVersion.objects.filter(
        rule__workspace_id=workspace_id,
        rule__live_id=F("id"),
        rule__enabled=True,
        definition__on__has_any_keys=list(form.on),
    )
    others = rows.exclude(rule__key=form.key).exclude(rule__mode="off").order_by("-id")
    return list(others.values_list("definition", flat=True)[:MOST_BESIDE])
