"""An operator's merge of two people: what it would do, and doing it; and what to make of a claimed identifier."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from audiences.computed.catalogue import TRAITS as COMPUTED
from audiences.facts.counters import events_counted
from audiences.facts.touch import Touch
from audiences.identity.labels import kind_text
from audiences.people import identities
from audiences.people.directory import KnownPeople
from audiences.people.lookups import find_person, identities_of, name_of
from audiences.people.merge import Cause, merge
from audiences.people.models import Identity, IdentityClaim, Person
from audiences.people.profiles import Profile
from audiences.segments import rejudge, share
from audiences.segments.lookups import memberships_of
from compliance import audit
from compliance.consent.consents import consents_of, stricter
from config.kit.actors import Actor
from config.kit.errors import Conflict, refuse
from config.kit.phrases import phrase

LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class TraitChoice:
    """One trait of the two, and which value stays: the one with the later word."""

    name: str
    winner: Any
    loser: Any
    kept: Any
    kept_from: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two people as they are now."""

    person: Person
    name: str
    identifiers: tuple[Identity, ...]
    events: int
    segments: tuple[str, ...]

    @property
    def named(self) -> list[tuple[str, Identity]]:
        """The identifiers, each with what its kind is called."""
        return [(kind_text(row.kind), row) for row in self.identifiers]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePreview:
    """What a merge would do; nothing has been changed."""

    loser: Side
    winner: Side
    traits: tuple[TraitChoice, ...]
    consents: tuple[tuple[str, str, str], ...]
    """(channel, purpose, state) as they would be: the stricter wins"""
    segments: tuple[str, ...]
    """where the person would be a member; dynamic ones are judged anew"""


def preview(workspace_id: int, *, loser_id: uuid.UUID, winner_id: uuid.UUID) -> MergePreview:
    """Say what merging the two would do. Raises as `merge_people` does."""
    loser_id, winner_id = _two(workspace_id, loser_id, winner_id)
    loser, winner = (_side(workspace_id, ident) for ident in (loser_id, winner_id))
    states = stricter(*(consents_of(workspace_id, ident) for ident in (winner_id, loser_id)))
    return MergePreview(
        loser=loser,
        winner=winner,
        traits=tuple(_traits(loser.person, winner.person)),
        consents=tuple((channel, purpose, state) for (channel, purpose), state in sorted(states.items())),
        segments=tuple(sorted({*loser.segments, *winner.segments})),
    )


@transaction.atomic
def merge_people(
    workspace_id: int, *, loser_id: uuid.UUID, winner_id: uuid.UUID, actor: Actor, reason: str, now: datetime
) -> uuid.UUID:
    """Make one person of two, judge them anew by every segment, and return the id that stays.

    Takes the workspace's segment lock shared, then both people. Raises InputRefused without a reason, or for somebody
    who is unknown; Conflict where the two are one already.
    """
    if not reason.strip():
        hint = phrase("Say how you know that the two are one person.")
        raise refuse("/reason", phrase("a merge needs a reason"), hint)
    share(workspace_id)
    loser_id, winner_id = _two(workspace_id, loser_id, winner_id)
    people, heirs = identities.lock([loser_id, winner_id])
    if heirs:
        raise Conflict(phrase("Somebody else has just merged one of the two. Look at them again."))
    loser, winner = people[loser_id], people[winner_id]
    cause = Cause(actor=actor.name, reason=reason.strip()[:LONGEST_REASON])
    names = merge(workspace_id, loser=loser, winner=winner, cause=cause, now=now)
    identities.write([winner])
    touch = Touch(event_names=frozenset(names), traits=frozenset(winner.changed), anew=True)
    rejudge(workspace_id, {winner_id: touch}, now=now)
    return winner_id


@transaction.atomic
def settle_claim(claim: IdentityClaim, *, actor: Actor, reason: str, now: datetime, one_person: bool) -> None:
    """Decide a claim: the claimant goes into the holder, or they are two people and the claim is dismissed."""
    kept = IdentityClaim.objects.select_for_update().get(pk=claim.pk)
    if kept.state not in (IdentityClaim.State.OPEN, IdentityClaim.State.NOTED):
        raise Conflict(phrase("This claim was decided already: %(state)s.", state=kept.get_state_display()))
    if one_person:
        holder = holder_of(kept)
        merge_people(
            kept.workspace_id, loser_id=kept.claimant_id, winner_id=holder, actor=actor, reason=reason, now=now
        )
        state, action = IdentityClaim.State.MERGED, "identity.claim_merged"
    else:
        state, action = IdentityClaim.State.DISMISSED, "identity.claim_dismissed"
    IdentityClaim.objects.filter(pk=kept.pk).update(
        state=state, decided_at=now, decided_by=actor.name[:200], reason=reason.strip()[:LONGEST_REASON]
    )
    audit.record(
        action,
        workspace_id=kept.workspace_id,
        object_kind="identity_claim",
        object_id=kept.pk,
        person_id=kept.claimant_id,
        payload={"kind": kept.kind, "reason": reason.strip()[:LONGEST_REASON]},
        actor=actor,
        at=now,
    )


def holder_of(claim: IdentityClaim) -> uuid.UUID:
    """Return whose the claimed identifier is today."""
    return Identity.objects.values_list("person_id", flat=True).get(pk=claim.subject)


def _two(workspace_id: int, loser_id: uuid.UUID, winner_id: uuid.UUID) -> tuple[uuid.UUID, uuid.UUID]:
    """Return whom the two ids mean today; refuse where that is one person, or nobody of this workspace."""
    known = KnownPeople()
    heirs = []
    for path, ident in (("/loser", loser_id), ("/winner", winner_id)):
        if find_person(workspace_id, ident) is None:
            raise refuse(
                path, phrase("nobody has the id %(id)s", id=ident), phrase("Take the id from the list of people.")
            )
        heirs.append(known.heir(workspace_id, ident))
    if heirs[0] == heirs[1]:
        raise Conflict(phrase("These two are one person already."))
    return heirs[0], heirs[1]


def _side(workspace_id: int, person_id: uuid.UUID) -> Side:
    person = Person.objects.get(workspace_id=workspace_id, pk=person_id)
    return Side(
        person=person,
        name=name_of(person),
        identifiers=tuple(identities_of(workspace_id, person_id)),
        events=events_counted(person_id),
        segments=tuple(stay.segment.key for stay in memberships_of(workspace_id, [person_id]).get(person_id, [])),
    )


def _traits(loser: Person, winner: Person) -> list[TraitChoice]:
    """Compare as the merge itself will: on copies of the two profiles."""
    united = _profile(winner)
    united.unite(_profile(loser))
    names = sorted({*loser.traits, *winner.traits} - {COMPUTED})  # which are worked out anew
    return [
        TraitChoice(
            name=name,
            winner=winner.traits.get(name),
            loser=loser.traits.get(name),
            kept=united.traits.get(name),
            kept_from="loser" if name in united.changed else "winner",
        )
        for name in names
    ]


def _profile(person: Person) -> Profile:
    copies: Mapping[str, Any] = {"traits": dict(person.traits), "trait_times": dict(person.trait_times)}
    return Profile(
        id=person.pk, user_id=person.user_id, first_seen=person.first_seen, last_seen=person.last_seen, **copies
    )
