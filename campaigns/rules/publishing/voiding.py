"""Ends a review that waits: whatever was approved must be what goes live, so every edit voids it."""

from datetime import datetime

from campaigns.rules.models import Rule
from campaigns.rules.publishing.models import RuleReview
from compliance.audit import record
from config.kit.actors import Actor


def void_review(rule: Rule, *, reason: str, actor: Actor, now: datetime) -> None:
    """End the rule's pending review, if there is one; in the transaction of what voids it."""
    pending = RuleReview.objects.select_for_update().filter(rule=rule, state=RuleReview.State.PENDING).first()
    if pending is None:
        return
    end_review(pending, RuleReview.State.VOID, reason=reason, actor=actor, now=now)


def end_review(review: RuleReview, state: RuleReview.State, *, reason: str, actor: Actor, now: datetime) -> None:
    """Note how a review ended, and put it on the trail."""
    review.state, review.reason = state, reason[:500]
    review.decided_by, review.decided_at = actor.name[:200], now
    review.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    record(
        f"rule.review_{state.value}",
        workspace_id=review.workspace_id,
        object_kind="rule",
        object_id=review.rule.key,
        payload={"revision": review.revision, "sha256": review.sha256, "reason": review.reason},
        actor=actor,
        at=now,
    )
