"""Drafts: saved with whatever is wrong with them, never live, and safe from two who edit at once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from audiences.conditions.values import nfc
from campaigns.rules.form.reader import KEY, KEY_HINT
from campaigns.rules.models import Rule, RuleVersion
from campaigns.rules.publishing.checking import check, check_size, stamp
from campaigns.rules.publishing.differences import as_problems, changes_between
from campaigns.rules.publishing.models import RuleDraft
from campaigns.rules.publishing.storing import ensure_rules, with_maker
from campaigns.rules.publishing.voiding import void_review
from compliance.audit import record
from config.kit.actors import Actor
from config.kit.errors import Conflict, refuse
from config.kit.versions import digest


def find_draft(workspace_id: int, key: str) -> RuleDraft | None:
    """Return the rule's draft, None if there is none."""
    rows = RuleDraft.objects.filter(workspace_id=workspace_id, rule__key=key)
    return rows.select_related("rule", "rule__live", "base").first()


def find_known(workspace_id: int, raw: Any) -> Rule | None:
    """Return the rule that a definition names, if it names one that exists."""
    key = raw.get("key") if isinstance(raw, Mapping) else None
    if not isinstance(key, str):
        return None
    rows = Rule.objects.filter(workspace_id=workspace_id, key=nfc(key)).select_related("live")
    return rows.first()


def save_draft(
    workspace_id: int,
    key: str,
    raw: Any,
    *,
    revision: int,
    actor: Actor,
    now: datetime,
    note: str = "",
    base: int | None = None,
) -> RuleDraft:
    """Save a definition as the rule's draft, with the problems that it has; the same again saves nothing.

    `revision` is the one that was read (0: there was no draft); another one by now is a `Conflict` that says what
    differs. `base` says from which version it was begun, where that is not the live one or has changed.

    The checks come before the transaction: they may take seconds, and nobody waits for the rule's lock meanwhile.
    """
    key = nfc(key)
    definition = _readable(key, raw)
    there = find_draft(workspace_id, key)
    if there is not None and base is None and (there.sha256, there.note) == (digest(definition), note):
        return there
    _same_revision(there, definition, revision)
    steps = _checked(workspace_id, key, definition, actor=actor, now=now)
    told: dict[str, Any] = {"actor": actor, "now": now, "note": note, "base": base}
    return _store(workspace_id, key, definition, steps, revision=revision, **told)


@transaction.atomic
def _store(
    workspace_id: int,
    key: str,
    definition: dict[str, Any],
    steps: list[dict[str, Any]],
    *,
    revision: int,
    actor: Actor,
    now: datetime,
    note: str,
    base: int | None,
) -> RuleDraft:
    rule = ensure_rules(workspace_id, {key: _name(definition, key)}, now=now)[key]
    draft = RuleDraft.objects.select_for_update().filter(rule=rule).first()
    sha256 = digest(definition)
    if draft is not None and draft.sha256 == sha256 and draft.note == note and base is None:
        return _with_rule(draft, rule)
    _same_revision(draft, definition, revision)
    draft = draft or RuleDraft(rule=rule, workspace_id=workspace_id, revision=0, base=rule.live, created_at=now)
    draft.definition, draft.sha256, draft.note = definition, sha256, note[:500]
    draft.base = rule.live if base is None and draft.revision == 0 else _base(rule, base, draft.base)
    draft.revision, draft.author, draft.updated_at = draft.revision + 1, actor.name[:200], now
    draft.steps = steps
    draft.problems = [problem for step in steps for problem in step["problems"]]
    draft.save()
    Rule.objects.filter(pk=rule.pk).update(makers=with_maker(rule.makers, actor))
    void_review(rule, reason=f"edited by {actor.name}", actor=actor, now=now)
    _record("rule.draft_saved", draft, rule, actor=actor, now=now)
    return _with_rule(draft, rule)


@transaction.atomic
def discard_draft(workspace_id: int, key: str, *, revision: int, actor: Actor, now: datetime) -> None:
    """Forget the draft; the live version stays as it is, and a rule that was never live is gone.

    `Conflict` if it was saved again meanwhile.
    """
    Rule.objects.select_for_update(no_key=True).filter(workspace_id=workspace_id, key=key).first()
    draft = RuleDraft.objects.select_for_update(of=("self",)).select_related("rule")
    found = draft.filter(workspace_id=workspace_id, rule__key=key).first()
    if found is None or found.revision != revision:
        there = f"revision {found.revision}" if found else "no draft"
        raise Conflict(f"There is {there} of the rule {key} by now, not revision {revision}.")
    void_review(found.rule, reason=f"discarded by {actor.name}", actor=actor, now=now)
    _record("rule.draft_discarded", found, found.rule, actor=actor, now=now)
    found.delete()
    if found.rule.live_id is None:
        found.rule.delete()


def restore(rule: Rule, number: int, *, revision: int, actor: Actor, now: datetime) -> RuleDraft:
    """Make an older version the draft; raises `RuleVersion.DoesNotExist`."""
    version = RuleVersion.objects.get(rule=rule, number=number)
    live = RuleVersion.objects.filter(rule=rule, rule__live_id=F("id")).values_list("number", flat=True).first()
    return save_draft(
        rule.workspace_id,
        rule.key,
        version.definition,
        revision=revision,
        note=f"restored from version {number}",
        base=live,
        actor=actor,
        now=now,
    )


def _checked(
    workspace_id: int, key: str, definition: dict[str, Any], *, actor: Actor, now: datetime
) -> list[dict[str, Any]]:
    """Return what the quick steps of the gate find, as the draft keeps it."""
    rule = Rule.objects.filter(workspace_id=workspace_id, key=key).select_related("live").first()
    _form, found = check(workspace_id, definition, rule=rule, actor=actor)
    return [_public(step) for step in stamp(found, now=now)]


def _public(step: dict[str, Any]) -> dict[str, Any]:
    """Leave out what concerns one reader alone: their private cases."""
    if step["name"] != "cases":
        return step
    shared = [case for case in step["details"]["cases"] if not case["private"]]
    return {**step, "details": {**step["details"], "cases": shared}}


def _readable(key: str, raw: Any) -> dict[str, Any]:
    """Return what can be kept at all: an object that fits its address and is not too large."""
    if not isinstance(raw, Mapping):
        raise refuse("", "a rule is a JSON object", '{"on": [...], "if": {...}, "then": [...]}')
    check_size(raw)
    if not KEY.fullmatch(key):
        raise refuse("/key", f"{key[:80]!r} is not a key", KEY_HINT)
    named = raw.get("key", key)
    if not isinstance(named, str) or nfc(named) != key:
        raise refuse("/key", f"the address says {key!r}", "leave the key out, or use the rule's own address")
    return {**raw, "key": key}


def _name(definition: Mapping[str, Any], key: str) -> str:
    name = definition.get("name")
    return name[:300] if isinstance(name, str) and name else key


def _same_revision(draft: RuleDraft | None, definition: Mapping[str, Any], revision: int) -> None:
    there = draft.revision if draft else 0
    if there == revision:
        return
    if draft is None:
        raise Conflict("The draft was published or discarded meanwhile; send revision 0 to begin another one.")
    told = f"{draft.author} saved revision {draft.revision} meanwhile, you began from {revision or 'none'}."
    raise Conflict(told, as_problems(changes_between(definition, draft.definition)))


def _base(rule: Rule, number: int | None, before: RuleVersion | None) -> RuleVersion | None:
    if number is None:
        return before
    found = RuleVersion.objects.filter(rule=rule, number=number).first()
    if found is None:
        raise refuse("/base", f"the rule has no version {number}", "name the version that you began from")
    return found


def _with_rule(draft: RuleDraft, rule: Rule) -> RuleDraft:
    draft.rule = rule
    return draft


def _record(action: str, draft: RuleDraft, rule: Rule, *, actor: Actor, now: datetime) -> None:
    told = {"revision": draft.revision, "sha256": draft.sha256, "problems": len(draft.problems)}
    record(
        action,
        workspace_id=draft.workspace_id,
        object_kind="rule",
        object_id=rule.key,
        payload=told,
        actor=actor,
        at=now,
    )
