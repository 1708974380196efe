"""Finds out whom the events of a batch are about, and brings those people up to date."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from audiences.intake.batches import EventRow
from audiences.intake.refusals import Refused, record_refusals
from audiences.people import history, identities
from audiences.people.claims import Claimed, record_claims
from audiences.people.identities import Owners
from audiences.people.merge import Cause, merge
from audiences.people.naming import PROVING
from audiences.people.profiles import Profile
from audiences.people.subjects import ANONYMOUS, USER, Link, Subject, links_of, subject_of
from config.kit.bulk import bulk_cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The batch's events with the people whom they are about today; what changed in those people."""

    events: tuple[EventRow, ...]
    traits: dict[uuid.UUID, frozenset[str]]
    """names of the traits that got another value"""
    moved: dict[uuid.UUID, frozenset[str]]
    """names of the events that came over from merged people"""
    created: frozenset[uuid.UUID]
    """people who were not known before"""
    late: dict[uuid.UUID, frozenset[str]]
    """names of the traits whose past changed"""
    earlier: frozenset[uuid.UUID]
    """people who are known since earlier than was thought"""


def resolve(workspace_id: int, events: Sequence[EventRow], *, now: datetime) -> Resolved:
    """Bring people up to date with one batch, in the caller's transaction, whatever rivals do at the same time."""
    work = _Work(workspace_id=workspace_id, events=events, now=now)
    work.find_owners()
    work.lock_people()
    work.follow_links()
    resolved = work.learn()
    identities.write(work.people.values())
    return resolved


@dataclass(slots=True, kw_only=True)
class _Work:
    workspace_id: int
    events: Sequence[EventRow]
    now: datetime
    subjects: list[Subject | None] = field(default_factory=list)
    """whom each event names"""
    owners: Owners = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    fresh: set[uuid.UUID] = field(default_factory=set)
    people: dict[uuid.UUID, Profile] = field(default_factory=dict)
    heirs: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    moved: dict[uuid.UUID, set[str]] = field(default_factory=dict)

    def find_owners(self) -> None:
        """Read who owns the identifiers that the batch names; create those that were never seen."""
        self.subjects = [subject_of(event) for event in self.events]
        self.links = list(_links(self.events))
        second_readings = {link.source_as_user.id for link in self.links if link.source_as_user}
        known = identities.owners_of(second_readings | self._named().keys())
        self.links = [_read_alias(link, known) for link in self.links]
        named = self._named()
        self.owners = {ident: owner for ident, owner in known.items() if ident in named}
        absent = [item for ident, item in named.items() if ident not in known]
        if absent:
            self._create(absent)

    def _named(self) -> dict[uuid.UUID, Subject]:
        linked = [item for link in self.links for item in (link.source, link.target)]
        return {item.id: item for item in (*self.subjects, *linked) if item}

    def _create(self, absent: Iterable[Subject]) -> None:
        self.fresh = {item.id for item in absent}
        linked = {link.source.id: link.target.id for link in reversed(self.links) if link.source.kind != USER}
        spans = self._spans()
        new = []
        for item in absent:
            first, last = spans.get(item.id, (self.now, self.now))
            owner = self._owner_to_be(item.id, linked)
            new.append(identities.new_subject(item, owner=owner, first=first, last=last))
        owners, self.people = identities.create(self.workspace_id, new, now=self.now)
        self.owners |= owners

    def _owner_to_be(self, ident: uuid.UUID, linked: Mapping[uuid.UUID, uuid.UUID]) -> uuid.UUID:
        """Follow what the batch says of a new identifier: a device's visitor may be a user whom it names as well."""
        seen = {ident}
        while ident not in self.owners and (target := linked.get(ident, ident)) not in seen:
            ident = target
            seen.add(ident)
        return self.owners.get(ident, ident)

    def _spans(self) -> dict[uuid.UUID, tuple[datetime, datetime]]:
        spans: dict[uuid.UUID, tuple[datetime, datetime]] = {}
        for event, subject in self._told():
            for item in (subject, *(link.source for link in links_of(event))):
                if item:
                    first, last = spans.get(item.id, (event.event_time, event.event_time))
                    spans[item.id] = min(first, event.event_time), max(last, event.event_time)
        return spans

    def lock_people(self) -> None:
        """Lock everyone concerned; when a rival has merged someone meanwhile, follow to the one who lives on."""
        wanted = set(self.owners.values()) | {event.person_id for event, subject in self._told() if not subject}
        wanted -= self.people.keys()
        for _ in range(identities.ATTEMPTS):
            people, heirs = identities.lock(wanted)
            self.people |= people
            self.heirs |= heirs
            self.owners = {ident: heirs.get(owner, owner) for ident, owner in self.owners.items()}
            wanted = set(heirs.values()) - self.people.keys()
            if not wanted:
                return
        raise identities.unstable()

    def follow_links(self) -> None:
        """Merge the people whom the events prove to be one; where both are known already, ask an operator."""
        refused, claimed = [], []
        for link in self.links:
            source, target = self.people[self.owners[link.source.id]], self.people[self.owners[link.target.id]]
            if source is target:
                continue
            sides = self._sides(link, source, target) if link.proves else None
            if sides:
                self._merge(*sides, link)
                continue
            claimed.append(Claimed(subject=link.source, claimant_id=target.id, event=link.event))
            if link.source.kind in (USER, ANONYMOUS):
                refused.append(_conflict(link))
        if refused:
            record_refusals(self.workspace_id, refused, at=self.now)
        if claimed:
            record_claims(self.workspace_id, claimed, heirs=self.heirs)

    def _sides(self, link: Link, source: Profile, target: Profile) -> tuple[Profile, Profile] | None:
        """Return who goes into whom, None where both are known by a user id already: never merged by an event."""
        if source.user_id is None:
            anybody = target.user_id is None and link.source.kind in PROVING
            # of two visitors the lower id stays, whichever came first
            return (target, source) if anybody and source.id < target.id else (source, target)
        if self._renames(link):
            return source, target
        return (target, source) if target.user_id is None and link.source.kind in PROVING else None

    def _renames(self, link: Link) -> bool:
        """Whether an alias gives a known person a new user id that nobody has used so far."""
        return link.source.kind == USER and link.target.id in self.fresh

    def _merge(self, loser: Profile, winner: Profile, link: Link) -> None:
        cause = Cause(event_id=link.event.id, kind=link.source.kind)
        names = merge(self.workspace_id, loser=loser, winner=winner, cause=cause, now=self.now)
        moved = self.moved.setdefault(winner.id, set())
        moved |= names | self.moved.pop(loser.id, set())
        self.owners = {ident: winner.id if owner == loser.id else owner for ident, owner in self.owners.items()}
        self.heirs[loser.id] = winner.id
        del self.people[loser.id]

    def learn(self) -> Resolved:
        """Let the people learn from the events, and point the events to the people."""
        events = tuple(self._settled(event, subject) for event, subject in self._told())
        for event in events:
            if profile := self.people.get(event.person_id):
                profile.learn(event)
        history.write(self.workspace_id, events)
        _rewrite([new for new, old in zip(events, self.events, strict=True) if new.person_id != old.person_id])
        changed = {profile.id: frozenset(profile.changed) for profile in self.people.values() if profile.changed}
        moved = {ident: frozenset(names) for ident, names in self.moved.items()}
        created = frozenset(self.fresh & self.people.keys())  # a person's id is that of their first identifier
        return Resolved(
            # what the product itself noted of somebody who is not known yet concerns nobody
            events=tuple(event for event in events if event.person_id in self.people),
            traits=changed,
            moved=moved,
            created=created,
            late={profile.id: frozenset(profile.late) for profile in self.people.values() if profile.late},
            earlier=frozenset(profile.id for profile in self.people.values() if profile.earlier),
        )

    def _told(self) -> Iterator[tuple[EventRow, Subject | None]]:
        return zip(self.events, self.subjects, strict=True)

    def _settled(self, event: EventRow, subject: Subject | None) -> EventRow:
        person_id = self.owners[subject.id] if subject else event.person_id
        while person_id in self.heirs:
            person_id = self.heirs[person_id]
        return event if person_id == event.person_id else msgspec.structs.replace(event, person_id=person_id)


def _links(events: Iterable[EventRow]) -> Iterator[Link]:
    """Yield what the events say about who is who; a device that each of them names is said once."""
    said: set[tuple[uuid.UUID, uuid.UUID]] = set()
    for event in events:
        for link in links_of(event):
            pair = link.source.id, link.target.id
            if link.source.kind in (USER, ANONYMOUS) or pair not in said:
                yield link
            said.add(pair)


def _read_alias(link: Link, owners: Owners) -> Link:
    """Decide what an alias's previousId is: the user of that id if there is one, else an anonymous id."""
    if link.source_as_user and link.source_as_user.id in owners:
        return link._replace(source=link.source_as_user)
    return link


def _conflict(link: Link) -> Refused:
    field_name = "previousId" if link.source_as_user else "anonymousId"
    return Refused(
        message_id=str(link.event.id),
        field=field_name,
        reason="conflicting_identity",
        message=f"{field_name} belongs to another known user; two known people are never merged by an event",
    )


def _rewrite(events: Sequence[EventRow]) -> None:
    if events:
        with bulk_cursor() as cursor:
            cursor.execute(REWRITE, [[event.id for event in events], [event.person_id for event in events]])


REWRITE = """
update audiences_event e set person_id = g.person_id
from unnest(%s::uuid[], %s::uuid[]) as g(id, person_id) where e.id = g.id
"""
