"""Four eyes: a draft is handed in, somebody who did not make it approves exactly what they saw, and it goes live."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from campaigns.rules.live import renew_stamp
from campaigns.rules.models import Rule
from campaigns.rules.publishing.checking import stamp
from campaigns.rules.publishing.differences import as_problems, changes_between
from campaigns.rules.publishing.models import RuleDraft, RuleReview
from campaigns.rules.publishing.policy import identity, is_approver, may_approve, policy_of
from campaigns.rules.publishing.releasing import Release, draft_at, pass_whole_gate, release
from campaigns.rules.publishing.steps import Step
from campaigns.rules.publishing.storing import How, ensure_rules, with_maker
from campaigns.rules.publishing.voiding import end_review
from compliance.audit import record
from config.kit.actors import Actor
from config.kit.errors import Conflict, Problem, refuse

State = RuleReview.State


def reviews(workspace_id: int, *, state: str = "") -> QuerySet[RuleReview]:
    """Return the workspace's reviews; order and bounds are the caller's."""
    found = RuleReview.objects.filter(workspace_id=workspace_id).select_related("rule")
    return found.filter(state=state) if state else found


def pending_review(rule: Rule) -> RuleReview | None:
    """Return the review that the rule's draft waits for, None if it does not."""
    return RuleReview.objects.filter(rule=rule, state=State.PENDING).first()


def submit(workspace_id: int, key: str, *, revision: int, actor: Actor, now: datetime, note: str = "") -> RuleReview:
    """Hand the draft in for review; it must pass the gate first. The same revision again is the same review.

    Raises `InputRefused` with what the gate found, `Conflict` where nobody else could approve or the draft changed.
    """
    draft = draft_at(workspace_id, key, revision)
    if (known := pending_review(draft.rule)) is not None:
        return known
    _form, steps = pass_whole_gate(draft, actor=actor)
    return _hand_in(draft, steps, actor=actor, now=now, note=note)


@transaction.atomic
def _hand_in(draft: RuleDraft, steps: list[Step], *, actor: Actor, now: datetime, note: str) -> RuleReview:
    rule = ensure_rules(draft.workspace_id, {draft.rule.key: draft.rule.name}, now=now)[draft.rule.key]
    locked = RuleDraft.objects.select_for_update().filter(pk=draft.pk, revision=draft.revision).first()
    if locked is None:
        raise Conflict("The draft was saved, published or discarded meanwhile. Read it again.")
    if (known := pending_review(rule)) is not None:
        return known
    makers = with_maker(rule.makers, actor)
    if not may_approve(draft.workspace_id, makers=makers, policy=policy_of(draft.workspace_id), now=now):
        raise Conflict("Nobody else could approve it: make another member administrator or reviewer first.")
    made = RuleReview.objects.create(
        workspace_id=draft.workspace_id,
        rule=rule,
        revision=draft.revision,
        sha256=draft.sha256,
        definition=draft.definition,
        makers=makers,
        steps=stamp(steps, now=now),
        note=(note or draft.note)[:500],
        submitter=identity(actor),
        submitted_by=actor.name[:200],
        submitted_at=now,
    )
    _record("rule.submitted", made, actor=actor, now=now)
    return made


def approve(workspace_id: int, key: str, *, sha256: str, actor: Actor, now: datetime, reason: str = "") -> Release:
    """Approve what has this hash and make it live, through the gate once more: the workspace may have changed.

    Raises `PermissionDenied` for its makers (superusers included) and for whose role does not decide, `Conflict` with
    the difference where it is no longer what the approver saw, `InputRefused` with what the gate finds now.
    """
    review = _waiting(workspace_id, key)
    _may_decide(review, actor, now)
    draft = draft_at(workspace_id, key, review.revision)
    _same_content(review, draft, sha256)
    form, steps = pass_whole_gate(draft, actor=actor)
    how = How(
        action="rule.published",
        actor=actor,
        author=review.submitted_by,
        note=review.note,
        approved_by=actor.name,
    )
    with transaction.atomic():
        # in the order of every other change: the stamp, the rule, its draft, its review
        renew_stamp(workspace_id)
        ensure_rules(workspace_id, {review.rule.key: form.name}, now=now)
        locked = RuleReview.objects.select_for_update().get(pk=review.pk)
        if locked.state != State.PENDING:
            raise Conflict(f"The review was {locked.state} meanwhile.")
        end_review(locked, State.APPROVED, reason=reason, actor=actor, now=now)
        return Release(rule=release(draft, form, how, now=now), steps=tuple(steps))


def reject(workspace_id: int, key: str, *, reason: str, actor: Actor, now: datetime) -> RuleReview:
    """Refuse what was handed in; the draft stays, for its makers to mend."""
    if not reason.strip():
        raise refuse("/reason", "a rejection needs a reason", "say what is to be mended")
    review = _waiting(workspace_id, key)
    _may_decide(review, actor, now)
    return _end(review, State.REJECTED, reason=reason.strip(), actor=actor, now=now)


def withdraw(workspace_id: int, key: str, *, actor: Actor, now: datetime) -> RuleReview:
    """Take it back, by one of its makers."""
    review = _waiting(workspace_id, key)
    if identity(actor) not in review.makers:
        raise PermissionDenied("Only those who made it can take it back; reject it instead.")
    return _end(review, State.WITHDRAWN, reason="", actor=actor, now=now)


@transaction.atomic
def _end(review: RuleReview, state: RuleReview.State, *, reason: str, actor: Actor, now: datetime) -> RuleReview:
    locked = RuleReview.objects.select_for_update(of=("self",)).select_related("rule").get(pk=review.pk)
    if locked.state != State.PENDING:
        raise Conflict(f"The review was {locked.state} meanwhile.")
    end_review(locked, state, reason=reason, actor=actor, now=now)
    return locked


def _waiting(workspace_id: int, key: str) -> RuleReview:
    review = reviews(workspace_id, state=State.PENDING).filter(rule__key=key).first()
    if review is None:
        raise Conflict(f"Nothing of the rule {key} waits for a review: it was decided, edited or withdrawn.")
    return review


def _may_decide(review: RuleReview, actor: Actor, now: datetime) -> None:
    if identity(actor) in review.makers:
        raise PermissionDenied("Who made a rule, or handed it in, cannot decide about it: somebody else must.")
    if not is_approver(review.workspace_id, actor, policy=policy_of(review.workspace_id), now=now):
        raise PermissionDenied("Only administrators and reviewers decide, and keys where the policy lets them.")


def _same_content(review: RuleReview, draft: RuleDraft, sha256: str) -> None:
    if sha256 == review.sha256 == draft.sha256:
        return
    seen = RuleReview.objects.filter(rule=review.rule, sha256=sha256).order_by("-id").first()
    changes = changes_between(seen.definition, draft.definition) if seen else []
    problems = as_problems(changes) or [Problem(path="/sha256", message=f"what waits has the hash {review.sha256}")]
    raise Conflict("This is no longer what you saw: it was edited and handed in again.", problems)


def _record(action: str, review: RuleReview, *, actor: Actor, now: datetime) -> None:
    record(
        action,
        workspace_id=review.workspace_id,
        object_kind="rule",
        object_id=review.rule.key,
        payload={"revision": review.revision, "sha256": review.sha256, "note": review.note},
        actor=actor,
        at=now,
    )
