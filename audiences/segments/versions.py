"""The versions of a segment: the list, what changed between two in words, and an older one made live again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from audiences.segments import locks
from audiences.segments.computing import bring_up_to_date, finish
from audiences.segments.definitions import define, reads_of
from audiences.segments.documents import DYNAMIC, check_references, read_document
from audiences.segments.filling import readmit
from audiences.segments.models import Segment, SegmentVersion
from audiences.wording import Line, condition_line, joined_by
from compliance.audit import record
from config.kit.actors import Actor
from config.kit.versions import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that differs: `what` is added, removed, or changed; before and after are words of the reader's."""

    what: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        given = {"before": self.before, "after": self.after}
        match self.what:
            case "added":
                return _("added: %(after)s") % given
            case "removed":
                return _("removed: %(before)s") % given
        return _("%(before)s → %(after)s") % given


def versions_of(segment: Segment) -> QuerySet[SegmentVersion]:
    """Return all versions, newest first."""
    return segment.versions.order_by("-number")


def version_of(segment: Segment, number: int) -> SegmentVersion:
    """Return one version; raises SegmentVersion.DoesNotExist."""
    return segment.versions.get(number=number)


@transaction.atomic
def restore(workspace_id: int, key: str, number: int, *, actor: Actor, now: datetime) -> Segment:
    """Make the definition of an older version live again, as a new version; it also brings an archived segment back.

    Raises Segment.DoesNotExist or SegmentVersion.DoesNotExist; refuses what no longer can be saved.
    """
    version = version_of(Segment.objects.get(workspace_id=workspace_id, key=key), number)
    note = f"restored from version {number}"
    return define(workspace_id, {**version.definition, "note": note}, actor=actor, now=now)


@transaction.atomic
def unarchive(workspace_id: int, key: str, *, actor: Actor, now: datetime) -> Segment:
    """Bring an archived segment back as it was: the version that was in use, and those who were in it.

    A dynamic one is judged anew, for things have happened meanwhile. One in use stays as it is. Raises
    Segment.DoesNotExist; refuses what can no longer be saved.
    """
    locks.own(workspace_id)
    segment = Segment.objects.get(workspace_id=workspace_id, key=key)
    last = versions_of(segment).first()
    if not segment.archived or last is None:
        return segment
    check_references(read_document(last.definition), reads=reads_of(workspace_id))
    archived_at, segment.live, segment.updated_at = segment.updated_at, last, now
    segment.save(update_fields=["live", "updated_at"])
    _record_return(segment, last, actor=actor, now=now)
    if segment.kind == DYNAMIC:
        bring_up_to_date(segment, actor=actor, now=now)
    else:
        readmit(segment, left_at=archived_at, now=now)
        finish(segment)
    return segment


def _record_return(segment: Segment, version: SegmentVersion, *, actor: Actor, now: datetime) -> None:
    record(
        "segment.unarchived",
        workspace_id=segment.workspace_id,
        object_kind="segment",
        object_id=segment.key,
        payload={"version": version.number, "sha256": version.sha256},
        actor=actor,
        at=now,
    )


def changes_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Return what differs between two definitions, row by row, in the reader's words."""
    return [*_changed_labels(old, new), *changed_rows(old.get("where"), new.get("where"))]


def _changed_labels(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for name in ("name", "kind"):
        before, after = str(old.get(name, "")), str(new.get(name, ""))
        if before != after:
            yield Difference(what="changed", before=before, after=after)


def changed_rows(old: Any, new: Any) -> Iterator[Difference]:
    """Yield what differs between two conditions, row by row."""
    (word, before), (new_word, after) = _rows(old), _rows(new)
    if before and after and len(before) + len(after) > 2 and word != new_word:
        yield Difference(what="changed", before=joined_by(word), after=joined_by(new_word))
    keys = [canonical(row) for row in before], [canonical(row) for row in after]
    for op, start, end, new_start, new_end in SequenceMatcher(a=keys[0], b=keys[1], autojunk=False).get_opcodes():
        if op != "equal":
            yield from _paired(before[start:end], after[new_start:new_end])


def _paired(before: Sequence[Any], after: Sequence[Any]) -> Iterator[Difference]:
    both = min(len(before), len(after))
    for old, new in zip(before[:both], after[:both], strict=True):
        yield Difference(what="changed", before=_said(old), after=_said(new))
    for old in before[both:]:
        yield Difference(what="removed", before=_said(old))
    for new in after[both:]:
        yield Difference(what="added", after=_said(new))


def _rows(where: Any) -> tuple[str, list[Any]]:
    if not where:
        return "all", []
    word = next((word for word in ("all", "any") if word in where), None)
    return (word, list(where[word])) if word else ("all", [where])


def _said(row: Any) -> str:
    return _in_words(condition_line(row))


def _in_words(line: Line) -> str:
    if not line.children:
        return line.text
    return f"{line.text} ({', '.join(_in_words(child) for child in line.children)})"
