"""Drafts of templates: saved with whatever is wrong with them, published on purpose, safe from two who edit at once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from compliance.audit import record
from config.kit.actors import Actor
from config.kit.errors import Conflict, refuse
from config.kit.phrases import phrase
from content.library.definition import CHANNELS, KEY, MOST_VARIANTS, RESERVED, checked
from content.library.models import Template, TemplateDraft
from content.library.templates import define
from content.library.usage import uses_of
from content.library.variants import TEXTS, Place, place_of, variants_of

SHARED = ("name", "purpose", "tags")


@transaction.atomic
def begin(workspace_id: int, key: str, *, name: str, place: Place, actor: Actor, now: datetime) -> Template:
    """Begin a template that has no version yet."""
    if not KEY.fullmatch(key) or key in RESERVED:
        raise refuse("/key", phrase("“%(key)s” is not a key", key=key[:80]), phrase("Letters, digits, dots, dashes."))
    if place[0] not in CHANNELS:
        raise refuse("/channel", phrase("there is no such channel"), phrase("Choose one of the list."))
    template, made = Template.objects.get_or_create(
        workspace_id=workspace_id,
        key=key,
        defaults={"name": name[:300], "channel": place[0], "locale": place[1], "created_at": now, "updated_at": now},
    )
    if not made:
        raise refuse("/key", phrase("“%(key)s” is taken", key=key), phrase("Choose another key."))
    _store(template, {"key": key, "name": name, "channel": place[0], "locale": place[1]}, actor=actor, now=now)
    record_of("template.begun", template, actor=actor, now=now)
    return template


def working(template: Template) -> dict[str, Any]:
    """Return what is being written: the draft, else the live version."""
    draft = TemplateDraft.objects.filter(template=template).first()
    if draft is not None:
        return dict(draft.definition)
    return dict(template.live.definition) if template.live else {"key": template.key, "channel": template.channel}


def save(template: Template, definition: Mapping[str, Any], *, actor: Actor, now: datetime) -> TemplateDraft | None:
    """Keep a definition as the draft; one that says what the live version says is no draft."""
    if template.live and _bare(definition) == _bare(template.live.definition):
        TemplateDraft.objects.filter(template=template).delete()
        return None
    return _store(template, definition, actor=actor, now=now)


def with_variant(definition: Mapping[str, Any], place: Place, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the definition with other texts at a place; a place that is not there is added."""
    kept = {name: text for name, text in texts.items() if name in TEXTS and text}
    base = {name: value for name, value in definition.items() if name not in TEXTS}
    if place == place_of(definition):
        return base | kept
    own = {name: definition[name] for name in TEXTS if definition.get(name)}
    others = list(definition.get("variants", []))
    changed = {"channel": place[0], "locale": place[1], **kept}
    at = next((number for number, one in enumerate(others) if place_of(one) == place), len(others))
    if at == MOST_VARIANTS:
        raise refuse("/locale", phrase("a template has at most %(n)s variants", n=MOST_VARIANTS), phrase("Remove one."))
    return base | own | {"variants": [*others[:at], changed, *others[at + 1 :]]}


def without_variant(definition: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """Return the definition without a variant; the first one stays."""
    rest = [one for one in definition.get("variants", []) if place_of(one) != place]
    return {**definition, "variants": rest}


def texts_at(definition: Mapping[str, Any], place: Place) -> Mapping[str, Any] | None:
    """Return the variant at a place."""
    return next((one for one in variants_of(definition) if place_of(one) == place), None)


@transaction.atomic
def publish(template: Template, *, note: str, actor: Actor, now: datetime) -> Template:
    """Make the draft the next version; raises InputRefused with every fault, Conflict when there is no draft."""
    draft = TemplateDraft.objects.select_for_update().filter(template=template).first()
    if draft is None:
        raise Conflict(phrase("There is nothing to publish: the draft says what the live version says."))
    definition = {name: value for name, value in draft.definition.items() if value or name in ("key", "channel")}
    definition = checked(definition | ({"note": note[:500]} if note else {}))
    published = define(template.workspace_id, definition, actor=actor, now=now)
    draft.delete()
    return published


@transaction.atomic
def discard(template: Template, *, actor: Actor, now: datetime) -> None:
    """Forget the draft; a template that never had a version is gone with it."""
    TemplateDraft.objects.filter(template=template).delete()
    record_of("template.draft_discarded", template, actor=actor, now=now)
    if template.live_id is None:
        template.delete()


@transaction.atomic
def archive(template: Template, *, actor: Actor, now: datetime) -> None:
    """Take a template out of use; refused while anything sends it."""
    uses = uses_of(template.workspace_id, template.key)
    if uses:
        named = ", ".join(use.name for use in uses)[:200]
        raise Conflict(phrase("It is in use: %(uses)s. Change these first.", uses=named))
    _set_archived(template, now, "template.archived", actor=actor, now=now)


@transaction.atomic
def unarchive(template: Template, *, actor: Actor, now: datetime) -> None:
    """Bring a template back as it was."""
    _set_archived(template, None, "template.unarchived", actor=actor, now=now)


def _set_archived(template: Template, at: datetime | None, action: str, *, actor: Actor, now: datetime) -> None:
    template.archived_at, template.updated_at = at, now
    template.save(update_fields=["archived_at", "updated_at"])
    record_of(action, template, actor=actor, now=now)


def record_of(action: str, template: Template, *, actor: Actor, now: datetime) -> None:
    """Note on the trail what was done with a template."""
    record(
        action,
        workspace_id=template.workspace_id,
        object_kind="template",
        object_id=template.pk,
        payload={"key": template.key},
        actor=actor,
        at=now,
    )


def _store(template: Template, definition: Mapping[str, Any], *, actor: Actor, now: datetime) -> TemplateDraft:
    values = {
        "workspace_id": template.workspace_id,
        "definition": {**definition, "key": template.key},
        "author": actor.name[:200],
        "updated_at": now,
    }
    draft, _made = TemplateDraft.objects.update_or_create(template=template, defaults=values)
    return draft


def _bare(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what says nothing, so that an untouched form is no change."""
    return {name: value for name, value in definition.items() if value and name != "note"}
