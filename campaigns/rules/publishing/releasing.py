"""Makes a draft live, many rules at once, or an older version live again: exactly one of two who try wins."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.rules.form import RuleForm, parse_rule
from campaigns.rules.live import renew_stamp
from campaigns.rules.models import Rule, RuleVersion
from campaigns.rules.naming import check_references
from campaigns.rules.publishing.checking import check, must_hold, try_out, unchanged
from campaigns.rules.publishing.differences import as_problems, changes_between
from campaigns.rules.publishing.drafts import find_draft
from campaigns.rules.publishing.models import RuleDraft
from campaigns.rules.publishing.policy import policy_of
from campaigns.rules.publishing.replays import replay_step
from campaigns.rules.publishing.steps import SKIPPED, Step
from campaigns.rules.publishing.storing import How, ensure_rules, make_live, store
from campaigns.rules.publishing.voiding import void_review
from compliance.audit import record
from config.kit.actors import Actor
from config.kit.errors import Conflict, refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A rule whose version is live now, and the steps that it took."""

    rule: Rule
    steps: tuple[Step, ...]


def publish(workspace_id: int, key: str, *, revision: int, actor: Actor, now: datetime, note: str = "") -> Release:
    """Make revision `revision` of the draft live, if it passes the gate.

    Raises `InputRefused` with what the gate found, and `Conflict` where a review is asked for, the draft is another
    one by now (saved, published or discarded meanwhile), or the live version is no longer the one it was begun from.
    """
    draft = draft_at(workspace_id, key, revision)
    if policy_of(workspace_id).review:
        raise Conflict("Rules of this workspace are published by another pair of eyes: submit the draft for review.")
    form, steps = pass_whole_gate(draft, actor=actor)
    how = How(action="rule.published", actor=actor, note=note or draft.note)
    return Release(rule=release(draft, form, how, now=now), steps=tuple(steps))


def draft_at(workspace_id: int, key: str, revision: int) -> RuleDraft:
    """Return the draft if it is still at this revision; raises `Conflict`."""
    draft = find_draft(workspace_id, key)
    if draft is None:
        raise Conflict(f"There is no draft of the rule {key}: it was published or discarded, or never saved.")
    if draft.revision != revision:
        raise Conflict(f"{draft.author} saved revision {draft.revision} meanwhile; you name {revision}. Read it again.")
    return draft


def pass_whole_gate(draft: RuleDraft, *, actor: Actor) -> tuple[RuleForm, list[Step]]:
    """Take every step and return them with the form; raises `InputRefused` with what failed."""
    form, steps = check(draft.workspace_id, draft.definition, rule=draft.rule, actor=actor)
    must_hold(steps)
    assert form is not None
    if unchanged(form, draft.rule.live):
        steps.append(Step(name="trial", state=SKIPPED, said="the live version matches the same events"))
    else:
        steps.append(try_out(draft.workspace_id, [form]))
    steps.append(replay_step(draft))
    must_hold(steps)
    return form, steps


@transaction.atomic
def release(draft: RuleDraft, form: RuleForm, how: How, *, now: datetime) -> Rule:
    """Store the version and forget the draft, unless either changed since the gate looked at them (`Conflict`)."""
    renew_stamp(draft.workspace_id)
    rule = ensure_rules(draft.workspace_id, {draft.rule.key: form.name}, now=now)[draft.rule.key]
    locked = RuleDraft.objects.select_for_update(of=("self",)).select_related("base").filter(pk=draft.pk).first()
    if locked is None:
        number = rule.live.number if rule.live else 0
        raise Conflict(f"Somebody else published or discarded this draft meanwhile; version {number} is live.")
    if (locked.revision, locked.sha256) != (draft.revision, draft.sha256):
        raise Conflict(f"{locked.author} saved revision {locked.revision} meanwhile. Read it again.")
    _same_base(locked, rule)
    (released,) = store(draft.workspace_id, [form], how, now=now)
    void_review(released, reason="published", actor=how.actor, now=now)
    locked.delete()
    return released


def _same_base(draft: RuleDraft, rule: Rule) -> None:
    if draft.base_id == rule.live_id:
        return
    began = f"version {draft.base.number}" if draft.base else "nothing"
    live = rule.live.number if rule.live else 0
    before = draft.base.definition if draft.base else {}
    changes = changes_between(before, rule.live.definition if rule.live else {})
    told = f"Version {live} is live by now, the draft was begun from {began}: save it with base {live} once it fits."
    raise Conflict(told, as_problems(changes))


def roll_back(
    workspace_id: int,
    key: str,
    *,
    actor: Actor,
    now: datetime,
    to: int | None = None,
    live: int | None = None,
    reason: str = "",
) -> Rule:
    """Make an older version live again: the one before the live one, or version `to`; no draft is touched.

    `live` is the version that the caller saw live. Raises `Rule.DoesNotExist`, `InputRefused`, `Conflict`.
    """
    with transaction.atomic():
        renew_stamp(workspace_id)
        rows = Rule.objects.select_related("live").select_for_update(of=("self",), no_key=True)
        rule = rows.get(workspace_id=workspace_id, key=key)
        target = _target(rule, to, live)
        form = _still_fits(workspace_id, target)
        before = rule.live.number if rule.live else 0
        how = How(action="rule.rolled_back", actor=actor, note=reason or f"back from version {before}")
        make_live(rule, target, form, how, now=now)
    return rule


@transaction.atomic
def retire(workspace_id: int, key: str, *, actor: Actor, now: datetime) -> Rule:
    """Take a rule out of force; its versions, firings and draft stay, and a version can be restored as a draft.

    Raises `Rule.DoesNotExist`; `Conflict` if it is not live.
    """
    renew_stamp(workspace_id)
    rows = Rule.objects.select_related("live").select_for_update(of=("self",), no_key=True)
    rule = rows.get(workspace_id=workspace_id, key=key)
    if rule.live is None:
        raise Conflict("The rule is not live.")
    payload = {"version": rule.live.number, "sha256": rule.live.sha256}
    rule.live, rule.updated_at = None, now
    rule.save(update_fields=["live", "updated_at"])
    told: dict[str, Any] = {"workspace_id": workspace_id, "object_kind": "rule", "object_id": rule.key}
    record("rule.retired", **told, payload=payload, actor=actor, at=now)
    return rule


def _target(rule: Rule, to: int | None, live: int | None) -> RuleVersion:
    if rule.live is None:
        raise Conflict("The rule was never live.")
    if live is not None and live != rule.live.number:
        raise Conflict(f"Version {rule.live.number} is live by now, not {live}.")
    if to == rule.live.number:
        raise Conflict(f"Version {to} is live already.")
    versions = RuleVersion.objects.filter(rule=rule)
    wanted = versions.filter(number__lt=rule.live.number) if to is None else versions.filter(number=to)
    target = wanted.order_by("-number").first()
    if target is None:
        said = "there is no version before the live one" if to is None else f"the rule has no version {to}"
        raise refuse("/to", said, "name one of its versions")
    return target


def _still_fits(workspace_id: int, version: RuleVersion) -> RuleForm:
    form = parse_rule(version.definition)
    check_references(workspace_id, form)
    return form
