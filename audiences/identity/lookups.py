"""Reads of who is who: the queue of claims, and the merges that made a person what they are."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery

from audiences.people.models import Identity, IdentityClaim, PersonMerge
from config.kit.attention import counts

LONGEST_STORY: Final = 50


def claims(workspace_id: int, *, state: str = "") -> QuerySet[IdentityClaim]:
    """Return claims, each with `holder_id`, whose the identifier is today; order and bounds are the caller's."""
    holder = Identity.objects.filter(pk=OuterRef("subject")).values("person_id")
    found = IdentityClaim.objects.filter(workspace_id=workspace_id).annotate(holder_id=Subquery(holder[:1]))
    return found.filter(state=state) if state else found


@counts("identity-claims")
def claims_waiting(workspace_id: int) -> int:
    """Return how many claims wait for a decision."""
    return IdentityClaim.objects.filter(workspace_id=workspace_id, state=IdentityClaim.State.OPEN).count()


def open_claims_of(workspace_id: int, person_id: UUID) -> QuerySet[IdentityClaim]:
    """Return the undecided claims that this person makes, or that are made upon their identifiers."""
    undecided = claims(workspace_id, state=IdentityClaim.State.OPEN)
    held = Identity.objects.filter(workspace_id=workspace_id, person_id=person_id).values("subject")
    mine = undecided.filter(claimant_id=person_id) | undecided.filter(subject__in=held)
    return mine.exclude(claimant_id=F("holder_id")).order_by("-id")


def find_claim(workspace_id: int, claim_id: int) -> IdentityClaim | None:
    """Return one claim of the workspace with its `holder_id`."""
    return claims(workspace_id).filter(pk=claim_id).first()


def merges_into(workspace_id: int, person_id: UUID) -> list[PersonMerge]:
    """Return how a person came to be: who went into them, and who had gone into those, newest first."""
    found: list[PersonMerge] = []
    ids: Iterable[UUID] = [person_id]
    while ids and len(found) < LONGEST_STORY:
        level = list(PersonMerge.objects.filter(workspace_id=workspace_id, winner_id__in=ids)[:LONGEST_STORY])
        found += level
        ids = [merge.loser_id for merge in level]
    return sorted(found, key=lambda merge: merge.pk, reverse=True)[:LONGEST_STORY]


def merge_of(workspace_id: int, loser_id: UUID) -> PersonMerge | None:
    """Return into whom somebody went, None if they are there still."""
    return PersonMerge.objects.filter(workspace_id=workspace_id, loser_id=loser_id).first()
