"""Stores immutable versions and makes them live: many in a handful of statements, in one transaction with the audit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import transaction
from django.db.models import Max

from campaigns.rules.form import RuleForm
from campaigns.rules.live import renew_stamp
from campaigns.rules.models import Rule, RuleVersion
from campaigns.rules.publishing.policy import identity
from compliance.audit import Entry, record_many
from config.kit.actors import Actor
from config.kit.bulk import bulk_cursor
from config.kit.versions import digest


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """What the trail calls it, who is behind it, and whether another pair of eyes approved."""

    action: str
    actor: Actor
    author: str = ""
    note: str = ""
    approved_by: str = ""


@transaction.atomic
def store(workspace_id: int, forms: Sequence[RuleForm], how: How, *, now: datetime) -> list[Rule]:
    """Make each form the live version of its rule; one whose live version says the same adds nothing.

    The stamp's row comes first: its lock keeps two changes of one rule apart.
    """
    renew_stamp(workspace_id)
    rules = ensure_rules(workspace_id, {form.key: form.name for form in forms}, now=now)
    numbers = _newest_numbers(rules)
    fresh: list[tuple[RuleForm, RuleVersion]] = []
    for form in forms:
        rule, sha256 = rules[form.key], digest(form.definition)
        if rule.live is None or rule.live.sha256 != sha256:
            fresh.append((form, _version(rule, form, sha256, how)))
    for _form, version in fresh:
        version.number, version.created_at = numbers.get(version.rule_id, 0) + 1, now
    RuleVersion.objects.bulk_create([version for _form, version in fresh])
    for form, version in fresh:
        _show_live(rules[form.key], version, form, how, now=now)
    _write([rules[form.key] for form, _version in fresh])
    record_many([_entry(workspace_id, version, form, how) for form, version in fresh], at=now)
    return [rules[form.key] for form in forms]


def ensure_rules(workspace_id: int, names: Mapping[str, str], *, now: datetime) -> dict[str, Rule]:
    """Return the rules of these keys, locked, with their live versions; those that are missing are made, not live."""
    rows = Rule.objects.filter(workspace_id=workspace_id, key__in=list(names))
    known = set(rows.values_list("key", flat=True))
    made = [
        Rule(workspace_id=workspace_id, key=key, name=name, created_at=now, updated_at=now)
        for key, name in names.items()
        if key not in known
    ]
    Rule.objects.bulk_create(made, ignore_conflicts=True)
    locked = rows.select_related("live").select_for_update(of=("self",), no_key=True).order_by("pk")
    return {rule.key: rule for rule in locked}


def make_live(rule: Rule, version: RuleVersion, form: RuleForm, how: How, *, now: datetime) -> None:
    """Point a locked rule to a version that is stored already; the caller has renewed the stamp. Nobody edited it."""
    makers = rule.makers
    _show_live(rule, version, form, how, now=now)
    rule.makers = makers
    _write([rule])
    record_many([_entry(rule.workspace_id, version, form, how)], at=now)


def _version(rule: Rule, form: RuleForm, sha256: str, how: How) -> RuleVersion:
    return RuleVersion(
        rule=rule,
        definition=form.definition,
        sha256=sha256,
        note=how.note[:500],
        author=(how.author or how.actor.name)[:200],
        approved_by=how.approved_by[:200],
    )


def _newest_numbers(rules: Mapping[str, Rule]) -> dict[int, int]:
    rows = RuleVersion.objects.filter(rule__in=[rule.pk for rule in rules.values()])
    return dict(rows.values_list("rule_id").annotate(Max("number")))


def _show_live(rule: Rule, version: RuleVersion, form: RuleForm, how: How, *, now: datetime) -> None:
    rule.live, rule.name, rule.mode = version, form.name, form.controls.mode
    rule.enabled, rule.priority, rule.updated_at = form.controls.enabled, form.controls.priority, now
    rule.makers = [] if how.approved_by else with_maker(rule.makers, how.actor)


def with_maker(makers: Sequence[str], actor: Actor) -> list[str]:
    """Return the makers with one more, if they are not among them."""
    return list(dict.fromkeys([*makers, identity(actor)]))


def _write(rules: Sequence[Rule]) -> None:
    if rules:
        rows = [{name: getattr(rule, name) for name in WRITTEN} | {"id": rule.pk} for rule in rules]
        with bulk_cursor() as cursor:
            cursor.execute(WRITE, [msgspec.json.encode(rows).decode()])


def _entry(workspace_id: int, version: RuleVersion, form: RuleForm, how: How) -> Entry:
    told: dict[str, Any] = {"version": version.number, "sha256": version.sha256}
    told |= {"mode": form.controls.mode, "enabled": form.controls.enabled}
    told |= {"approved_by": how.approved_by} if how.approved_by else {}
    told |= {"note": how.note[:500]} if how.note else {}
    return Entry(
        action=how.action,
        workspace_id=workspace_id,
        object_kind="rule",
        object_id=form.key,
        payload=told,
        actor=how.actor,
    )


WRITTEN: Final = ("live_id", "name", "mode", "enabled", "priority", "makers", "updated_at")
WRITE: Final = """
update campaigns_rule r set live_id = g.live_id, name = g.name, mode = g.mode, enabled = g.enabled,
    priority = g.priority, makers = g.makers, updated_at = g.updated_at
from jsonb_to_recordset(%s::jsonb) as g(
    id bigint, live_id bigint, name text, mode text, enabled boolean, priority int, makers jsonb,
    updated_at timestamptz)
where r.id = g.id
"""
