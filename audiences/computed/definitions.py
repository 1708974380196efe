"""The verbs that define a computed trait, change it and archive it; each change is a new version, audited."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from audiences.computed.documents import TraitDocument, read_document
from audiences.computed.models import ComputedTrait, ComputedTraitVersion
from compliance import audit, jobs
from config.kit.actors import Actor
from config.kit.errors import refuse
from config.kit.phrases import phrase
from config.kit.versions import digest

MOST: Final = 100
"""Live computed traits of a workspace: each of them is worked out for everybody whom a batch concerns."""
FILL: Final = "computed.fill"


@transaction.atomic
def define(workspace_id: int, raw: Any, *, actor: Actor, now: datetime, key: str | None = None) -> ComputedTrait:
    """Store a definition as the live version, and start the job that works it out for everybody.

    The same definition again adds nothing. Raises InputRefused with every problem.
    """
    document = read_document(raw, key=key)
    trait, created = ComputedTrait.objects.select_for_update().get_or_create(
        workspace_id=workspace_id,
        key=document.key,
        defaults={"name": document.name, "created_at": now, "updated_at": now},
    )
    if trait.live is None and live_traits(workspace_id).count() >= MOST:
        raise refuse(
            "/key",
            phrase("there are %(most)s computed traits already", most=MOST),
            phrase("archive one that nobody reads any more"),
        )
    if trait.live is None or trait.live.sha256 != digest(document.definition):
        _put_live(trait, document, actor=actor, now=now)
        _record("computed_trait.defined" if created else "computed_trait.changed", trait, actor=actor, now=now)
        fill(workspace_id, trait.key, actor=actor, now=now)
    return trait


@transaction.atomic
def archive(workspace_id: int, key: str, *, actor: Actor, now: datetime) -> None:
    """Take a computed trait out of use: its value goes from everybody. Raises ComputedTrait.DoesNotExist."""
    trait = ComputedTrait.objects.select_for_update().get(workspace_id=workspace_id, key=key, live__isnull=False)
    trait.live, trait.updated_at = None, now
    trait.save(update_fields=["live", "updated_at"])
    _record("computed_trait.archived", trait, actor=actor, now=now)
    fill(workspace_id, key, actor=actor, now=now)


def fill(workspace_id: int, key: str, *, actor: Actor, now: datetime) -> UUID:
    """Start the job that works the computed traits out for everybody; return its id."""
    title = _("Working out %(trait)s for everybody") % {"trait": f"computed.{key}"}
    arguments = {"key": key}
    return jobs.start(FILL, workspace_id=workspace_id, title=title, arguments=arguments, actor=actor, now=now).pk


def live_traits(workspace_id: int) -> QuerySet[ComputedTrait]:
    """Return the computed traits in use; order and bounds are the caller's."""
    return ComputedTrait.objects.filter(workspace_id=workspace_id, live__isnull=False).select_related("live")


def with_scores() -> list[tuple[int, str]]:
    """Return workspace and key of one score of each workspace that has any: one job works out all of them."""
    rows = ComputedTrait.objects.filter(live__definition__compute__has_key="rfm").order_by("workspace_id", "key")
    return list(rows.distinct("workspace_id").values_list("workspace_id", "key"))


def _put_live(trait: ComputedTrait, document: TraitDocument, *, actor: Actor, now: datetime) -> None:
    newest = trait.versions.order_by("-number").first()
    trait.live = ComputedTraitVersion.objects.create(
        trait=trait,
        number=newest.number + 1 if newest else 1,
        definition=document.definition,
        sha256=digest(document.definition),
        note=document.note,
        author=actor.name[:200],
        created_at=now,
    )
    trait.name, trait.updated_at, trait.bands = document.name, now, {}
    trait.save(update_fields=["live", "name", "updated_at", "bands"])


def _record(action: str, trait: ComputedTrait, *, actor: Actor, now: datetime) -> None:
    live = trait.live
    audit.record(
        action,
        workspace_id=trait.workspace_id,
        object_kind="computed_trait",
        object_id=trait.key,
        payload={"version": live.number, "sha256": live.sha256} if live else {},
        actor=actor,
        at=now,
    )
