"""What the gate and the renderer read of other rooms for a batch: a constant number of queries, each of which may fail.

A reading that failed is not an absence: whoever asks for it gets `Unreadable`, and the message is held.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection, transaction

from audiences.conditions import Needs
from audiences.facts.reader import PersonFacts, load
from campaigns.delivery.brands import Brand, brand_of
from campaigns.delivery.channels.base import AddressRefused, Channel
from campaigns.delivery.claims import Claimed
from campaigns.delivery.exits import leaving
from campaigns.delivery.frequency.reading import Courtesy, read_courtesy
from compliance.consent.consents import ConsentVerdict, may_contact
from compliance.consent.suppressions import suppressed
from content.library.templates import StoredTemplate, stored_templates

log = logging.getLogger(__name__)
Value = TypeVar("Value")


class Unreadable(Exception):
    """A dependency of the gate could not be read."""


@dataclass(frozen=True, slots=True)
class Reading(Generic[Value]):
    """The answer of a dependency, or the failure to get one."""

    name: str
    value: Value | None
    error: Exception | None = None

    def get(self) -> Value:
        """Return the answer; raises Unreadable when there is none."""
        if self.error is not None or self.value is None:
            raise Unreadable(f"{self.name}: {type(self.error).__name__}")
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """All that is read for one batch."""

    people: Reading[Mapping[UUID, PersonFacts]]
    templates: Reading[Mapping[int, StoredTemplate]]
    consents: Reading[Mapping[tuple[int, str, UUID], ConsentVerdict]]
    addresses: Mapping[UUID, str | AddressRefused]
    suppressions: Reading[Mapping[tuple[int, str], str]]
    brands: Reading[Mapping[int, Brand]]
    leaving: Reading[Mapping[UUID, str]]
    courtesy: Reading[Courtesy]
    now: datetime

    def traits_of(self, claimed: Claimed) -> Mapping[str, Any]:
        """Return the traits of the recipient; none of somebody who is not known any more."""
        person = self.people.get().get(claimed.person_id)
        return person.traits if person else {}

    def tags_of(self, claimed: Claimed) -> frozenset[str]:
        """Return the tags of the template that is sent."""
        template = self.templates.get().get(claimed.template_version_id)
        return template.tags if template else frozenset()


def read(batch: Sequence[Claimed], channel: Channel, *, now: datetime) -> Readings:
    """Read everything for a batch of one channel."""
    people = _reading("people", lambda: _people(batch, now=now))
    addresses = {} if people.error else _addresses(people.get(), channel)
    return Readings(
        people=people,
        templates=_reading("templates", lambda: stored_templates({c.template_version_id for c in batch})),
        consents=_reading("consents", lambda: _consents(batch, channel.slug)),
        addresses=addresses,
        suppressions=_reading("suppressions", lambda: _suppressions(batch, channel.slug, addresses)),
        brands=_reading("brands", lambda: {key: brand_of(key) for key in {c.workspace_id for c in batch}}),
        leaving=_reading("exits", lambda: leaving(_runs(batch), now=now)),
        courtesy=_reading("caps", lambda: read_courtesy(batch, now=now)),
        now=now,
    )


def _reading(name: str, ask: Callable[[], Value]) -> Reading[Value]:
    try:
        # inside somebody's transaction (a scenario) a failed query must not spoil the rest
        with transaction.atomic(savepoint=connection.in_atomic_block):
            return Reading(name, ask())
    except Exception as error:  # any failure means: not known, hence hold
        log.exception("delivery: %s cannot be read; the batch is held", name)
        return Reading(name, None, error)


def _runs(batch: Sequence[Claimed]) -> Mapping[UUID, int]:
    return {c.run_id: c.version_id for c in batch if c.run_id is not None and c.version_id is not None}


def _people(batch: Sequence[Claimed], *, now: datetime) -> Mapping[UUID, PersonFacts]:
    found: dict[UUID, PersonFacts] = {}
    for workspace_id, claimed in _by_workspace(batch).items():
        found |= load(workspace_id, {c.person_id for c in claimed}, Needs(), now=now)
    return found


def _addresses(people: Mapping[UUID, PersonFacts], channel: Channel) -> Mapping[UUID, str | AddressRefused]:
    found: dict[UUID, str | AddressRefused] = {}
    for person_id, person in people.items():
        try:
            found[person_id] = channel.check_address(person.traits)
        except AddressRefused as refused:
            found[person_id] = refused
    return found


def _consents(batch: Sequence[Claimed], channel: str) -> Mapping[tuple[int, str, UUID], ConsentVerdict]:
    found: dict[tuple[int, str, UUID], ConsentVerdict] = {}
    for (workspace_id, purpose), people in _by_purpose(batch).items():
        verdicts = may_contact(workspace_id, people, channel=channel, purpose=purpose)
        found |= {(workspace_id, purpose, person_id): verdict for person_id, verdict in verdicts.items()}
    return found


def _suppressions(
    batch: Sequence[Claimed], channel: str, addresses: Mapping[UUID, str | AddressRefused]
) -> Mapping[tuple[int, str], str]:
    found: dict[tuple[int, str], str] = {}
    for workspace_id, claimed in _by_workspace(batch).items():
        mine = [address for c in claimed if isinstance(address := addresses.get(c.person_id), str) and address]
        reasons = suppressed(workspace_id, channel, mine)
        found |= {(workspace_id, address): reason for address, reason in reasons.items()}
    return found


def _by_workspace(batch: Sequence[Claimed]) -> Mapping[int, list[Claimed]]:
    groups: defaultdict[int, list[Claimed]] = defaultdict(list)
    for claimed in batch:
        groups[claimed.workspace_id].append(claimed)
    return groups


def _by_purpose(batch: Sequence[Claimed]) -> Mapping[tuple[int, str], list[UUID]]:
    groups: defaultdict[tuple[int, str], list[UUID]] = defaultdict(list)
    for claimed in batch:
        groups[claimed.workspace_id, claimed.purpose].append(claimed.person_id)
    return groups
