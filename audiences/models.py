"""Gathers the models of the rooms of audiences."""

from audiences.computed.models import ComputedDue, ComputedTrait, ComputedTraitVersion
from audiences.facts.models import EventCount
from audiences.imports.models import Import, RefusedRow, SavedMapping
from audiences.intake.models import Event, EventKey, Refusal, Repetition, Slice
from audiences.people.finding import Findable
from audiences.people.models import Identity, IdentityClaim, Person, PersonMerge, TraitChange
from audiences.profile.models import Note
from audiences.segments.models import HeadCount, Membership, Recheck, Removal, Segment, SegmentVersion

__all__ = [
    "ComputedDue",
    "ComputedTrait",
    "ComputedTraitVersion",
    "Event",
    "EventCount",
    "EventKey",
    "Findable",
    "HeadCount",
    "Identity",
    "IdentityClaim",
    "Import",
    "Membership",
    "Note",
    "Person",
    "PersonMerge",
    "Recheck",
    "Refusal",
    "RefusedRow",
    "Removal",
    "Repetition",
    "SavedMapping",
    "Segment",
    "SegmentVersion",
    "Slice",
    "TraitChange",
]
