"""The verbs that define a segment, change it, and archive it; each change is a new immutable version, audited."""

from datetime import datetime
from typing import Any

from django.db import transaction

from audiences.conditions import Place, parse
from audiences.segments import locks
from audiences.segments.computing import bring_up_to_date
from audiences.segments.documents import SegmentDocument, check_references, read_document
from audiences.segments.models import Segment, SegmentVersion
from audiences.segments.recomputing import close
from audiences.segments.usage import Use, uses_elsewhere
from compliance.audit import record
from config.kit.actors import Actor
from config.kit.errors import Conflict
from config.kit.phrases import phrase
from config.kit.versions import digest


@transaction.atomic
def define(workspace_id: int, raw: Any, *, actor: Actor, now: datetime, key: str | None = None) -> Segment:
    """Store a definition as the live version of the segment with its key, and judge everybody by it.

    Where there are many people a job judges them, and the segment is not `current` until it has ended. The same
    definition again adds nothing. Holds the workspace's segment lock alone. `key` is the one of the
    address, where the definition may leave it out.
    """
    document = read_document(raw, key=key)
    locks.own(workspace_id)
    check_references(document, reads=reads_of(workspace_id))
    segment, created = Segment.objects.get_or_create(
        workspace_id=workspace_id,
        key=document.key,
        defaults={"kind": document.kind, "name": document.name, "created_at": now, "updated_at": now},
    )
    if segment.live is None or segment.live.sha256 != digest(document.definition):
        _put_live(segment, document, actor=actor, now=now)
        _record("segment.defined" if created else "segment.changed", segment, actor=actor, now=now)
        bring_up_to_date(segment, actor=actor, now=now)
    return segment


@transaction.atomic
def archive(workspace_id: int, key: str, *, actor: Actor, now: datetime) -> Segment:
    """Take a segment out of use: everybody leaves, its history stays. Refused while anything reads it.

    Raises Segment.DoesNotExist, or Conflict naming the readers.
    """
    locks.own(workspace_id)
    segment = Segment.objects.get(workspace_id=workspace_id, key=key, live__isnull=False)
    if readers := used_by(workspace_id, key):
        names = ", ".join(map(str, readers))
        said = phrase("The segment %(key)s is read by %(names)s. Change or archive those first.", key=key, names=names)
        raise Conflict(said)
    close(workspace_id, segment.pk, key, now=now)
    Segment.objects.filter(pk=segment.pk).update(live=None, computed=None, job_id=None, updated_at=now)
    _record("segment.archived", segment, actor=actor, now=now)
    segment.live = None
    return segment


def reads_of(workspace_id: int) -> dict[str, frozenset[str]]:
    """Return, for each live segment of any kind, which segments its condition reads."""
    rows = Segment.objects.filter(workspace_id=workspace_id, live__isnull=False).values_list("key", "live__definition")
    return {key: _sources(definition.get("where")) for key, definition in rows}


def _sources(where: Any) -> frozenset[str]:
    return parse(where, place=Place.SEGMENT, path="/where").needs().segments if where else frozenset()


def used_by(workspace_id: int, key: str) -> list[Use]:
    """Return what reads this segment: other live segments, and whatever the apps above have registered."""
    readers = sorted(reader for reader, sources in reads_of(workspace_id).items() if key in sources)
    names = dict(Segment.objects.filter(workspace_id=workspace_id, key__in=readers).values_list("key", "name"))
    uses = [Use(kind="segment", key=reader, name=names[reader], where="where") for reader in readers]
    return uses + uses_elsewhere(workspace_id, key)


def _put_live(segment: Segment, document: SegmentDocument, *, actor: Actor, now: datetime) -> None:
    newest = segment.versions.order_by("-number").first()
    version = SegmentVersion.objects.create(
        segment=segment,
        number=newest.number + 1 if newest else 1,
        definition=document.definition,
        sha256=digest(document.definition),
        note=document.note,
        author=actor.name[:200],
        created_at=now,
    )
    segment.live, segment.name, segment.kind, segment.updated_at = version, document.name, document.kind, now
    segment.save(update_fields=["live", "name", "kind", "updated_at"])


def _record(action: str, segment: Segment, *, actor: Actor, now: datetime) -> None:
    live = segment.live
    record(
        action,
        workspace_id=segment.workspace_id,
        object_kind="segment",
        object_id=segment.key,
        payload={"version": live.number, "sha256": live.sha256} if live else {},
        actor=actor,
        at=now,
    )
