"""Defines rules in one call: through the gate and live; where the workspace asks for a review, up to its door."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import F

from campaigns.rules.form import RuleForm
from campaigns.rules.form.controls import WHOLE
from campaigns.rules.models import Rule, RuleVersion
from campaigns.rules.publishing.checking import check, check_size, must_hold, try_out, unchanged
from campaigns.rules.publishing.drafts import find_draft, find_known, save_draft
from campaigns.rules.publishing.models import RuleReview
from campaigns.rules.publishing.policy import policy_of
from campaigns.rules.publishing.reviewing import submit
from campaigns.rules.publishing.storing import How, store
from config.kit.actors import Actor
from config.kit.errors import Conflict

WEIGHT: Final = {"off": 0, "shadow": 1, "live": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined:
    """The rule as it is live now, and the review that what was defined waits for, None if it is live itself."""

    rule: Rule
    review: RuleReview | None = None


def define(workspace_id: int, raw: Any, *, actor: Actor, now: datetime) -> Rule:
    """Make `raw` the live version of the rule with its key, and return the rule; the same again adds no version.

    Raises `InputRefused` with every problem: of form, of reference, of test cases, or the gate's.
    """
    return define_or_submit(workspace_id, raw, actor=actor, now=now).rule


def define_or_submit(workspace_id: int, raw: Any, *, actor: Actor, now: datetime) -> Defined:
    """Define a rule as `define` does; where the workspace's policy asks for a review, hand it in instead.

    The live version stays then; only what makes a rule do less is live at once.
    """
    check_size(raw)
    known = find_known(workspace_id, raw)
    form, found = check(workspace_id, raw, rule=known, actor=actor)
    must_hold(found)
    assert form is not None
    live = known.live if known else None
    if not unchanged(form, live):
        must_hold([try_out(workspace_id, [form])])
    if policy_of(workspace_id).review and not _does_less(live, form):
        return _await_review(workspace_id, form, actor=actor, now=now)
    (rule,) = store(workspace_id, [form], How(action="rule.defined", actor=actor), now=now)
    return Defined(rule=rule)


def amend(rule: Rule, *, actor: Actor, now: datetime, **changes: Any) -> Defined:
    """Define the rule anew with some keys changed, such as `mode` or `enabled`."""
    live = RuleVersion.objects.filter(rule=rule, rule__live_id=F("id")).first()
    if live is None:
        raise Conflict(f"The rule {rule.key} was never live: change its draft.")
    return define_or_submit(rule.workspace_id, {**live.definition, **changes}, actor=actor, now=now)


def _await_review(workspace_id: int, form: RuleForm, *, actor: Actor, now: datetime) -> Defined:
    """Save it as the draft and hand it in; the actor's own draft of before is overwritten, nobody else's."""
    before = find_draft(workspace_id, form.key)
    mine = before.revision if before and before.author == actor.name[:200] else 0
    moved = before.rule.live if before and before.base_id != before.rule.live_id else None
    base = moved.number if moved else None
    draft = save_draft(workspace_id, form.key, form.definition, revision=mine, base=base, actor=actor, now=now)
    review = submit(workspace_id, form.key, revision=draft.revision, actor=actor, now=now)
    return Defined(rule=Rule.objects.select_related("live").get(pk=draft.rule_id), review=review)


def _does_less(live: RuleVersion | None, form: RuleForm) -> bool:
    """Whether the only change is that the rule does less: off, or in the shadow. An emergency waits for nobody."""
    if live is None:
        return False
    before, after = live.definition, form.definition
    lesser = WEIGHT[after["mode"]] <= WEIGHT[before["mode"]] and after["enabled"] <= before["enabled"]
    narrower = after.get("rollout", WHOLE) <= before.get("rollout", WHOLE)
    return lesser and narrower and _apart_from_switches(before) == _apart_from_switches(after)


def _apart_from_switches(definition: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in definition.items() if name not in ("mode", "enabled", "rollout")}
