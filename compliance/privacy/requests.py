"""The verbs of privacy requests: ask, approve, reject. Who asked cannot approve, whatever their role."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from compliance import audit, jobs
from compliance.access.models import Member
from compliance.privacy.models import PrivacyRequest
from config.kit.actors import Actor
from config.kit.errors import Conflict, refuse

DECIDERS: Final = (Member.Role.ADMIN, Member.Role.REVIEWER)
JOBS: Final = {PrivacyRequest.Kind.EXPORT: "privacy.export", PrivacyRequest.Kind.ERASURE: "privacy.erase"}


def ask(workspace_id: int, person_id: UUID, *, kind: str, reason: str, actor: Actor, now: datetime) -> PrivacyRequest:
    """Ask for a copy or for erasure. Refused without a reason, and where nobody else could decide."""
    if kind not in PrivacyRequest.Kind.values:
        raise refuse("/kind", _("Choose one of the two."))
    if not reason.strip():
        raise refuse("/reason", _("A reason is needed."), _("Say who asked, and how you know that it was them."))
    deciders = Member.objects.filter(workspace_id=workspace_id, role__in=DECIDERS).exclude(user_id=_user(actor))
    if not deciders.exists():
        said = _("Nobody else here may decide it.")
        raise refuse("/reason", said, _("Make another member administrator or reviewer first."))
    try:
        with transaction.atomic():
            made = PrivacyRequest.objects.create(
                workspace_id=workspace_id,
                kind=kind,
                person_id=person_id,
                reason=reason.strip()[:500],
                maker_id=actor.id,
                maker=actor.name[:200],
                created_at=now,
            )
            _record("privacy.asked", made, actor=actor, now=now)
    except IntegrityError:
        raise Conflict(_("The same was asked already and waits for a decision.")) from None
    return made


@transaction.atomic
def approve(workspace_id: int, request_id: int, *, actor: Actor, now: datetime) -> PrivacyRequest:
    """Approve and start the job that does it. `Conflict` if it was decided, or if this member asked for it."""
    found = _locked(workspace_id, request_id)
    if found.maker_id == actor.id:
        raise Conflict(_("You asked for this yourself: somebody else has to approve it."))
    if not may_decide(workspace_id, actor):
        raise Conflict(_("Only administrators and reviewers decide this."))
    title = _("Copy of a person's data") if found.kind == PrivacyRequest.Kind.EXPORT else _("Erasure of a person")
    job = jobs.start(
        JOBS[PrivacyRequest.Kind(found.kind)],
        workspace_id=workspace_id,
        title=title,
        arguments={"person_id": str(found.person_id), "request_id": found.pk},
        actor=actor,
        now=now,
    )
    return _decided(found, PrivacyRequest.State.APPROVED, job_id=job.pk, said="", actor=actor, now=now)


@transaction.atomic
def reject(workspace_id: int, request_id: int, *, said: str, actor: Actor, now: datetime) -> PrivacyRequest:
    """Reject with a reason; who asked may take their own request back so."""
    found = _locked(workspace_id, request_id)
    if not said.strip():
        raise refuse("/said", _("A reason is needed."), _("Say why it is rejected."))
    if found.maker_id != actor.id and not may_decide(workspace_id, actor):
        raise Conflict(_("Only administrators and reviewers decide this."))
    return _decided(found, PrivacyRequest.State.REJECTED, job_id=None, said=said.strip(), actor=actor, now=now)


def may_decide(workspace_id: int, actor: Actor) -> bool:
    """Whether the actor is a member whose role decides requests."""
    mine = Member.objects.filter(workspace_id=workspace_id, user_id=_user(actor), role__in=DECIDERS)
    return mine.exists()


def requests(workspace_id: int, *, state: str = "") -> QuerySet[PrivacyRequest]:
    """Return requests; order and bounds are the caller's."""
    found = PrivacyRequest.objects.filter(workspace_id=workspace_id)
    return found.filter(state=state) if state else found


def _user(actor: Actor) -> int:
    return int(actor.id) if actor.id.isdecimal() else 0


def _locked(workspace_id: int, request_id: int) -> PrivacyRequest:
    found = requests(workspace_id).select_for_update().get(pk=request_id)
    if found.state != PrivacyRequest.State.OPEN:
        raise Conflict(_("It was decided already: %(state)s.") % {"state": found.get_state_display()})
    return found


def _decided(
    found: PrivacyRequest, state: str, *, job_id: UUID | None, said: str, actor: Actor, now: datetime
) -> PrivacyRequest:
    found.state, found.job_id, found.said = state, job_id, said[:500]
    found.decider, found.decided_at = actor.name[:200], now
    found.save(update_fields=["state", "job_id", "said", "decider", "decided_at"])
    _record(f"privacy.{state}", found, actor=actor, now=now)
    return found


def _record(action: str, found: PrivacyRequest, *, actor: Actor, now: datetime) -> None:
    audit.record(
        action,
        workspace_id=found.workspace_id,
        object_kind="privacy_request",
        object_id=found.pk,
        person_id=found.person_id,
        payload={"kind": found.kind},
        actor=actor,
        at=now,
    )
