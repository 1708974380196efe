"""The verbs of the library: define a template, find its live version, and give delivery what it renders."""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from compliance.audit import record
from config.kit.actors import Actor
from config.kit.errors import InputRefused, Problem, refuse
from config.kit.versions import digest
from content.library.definition import checked
from content.library.models import Template, TemplateVersion
from content.library.variants import Place, choose, place_of, variants_of
from content.rendering.checks import banned
from content.rendering.mail import finished
from content.rendering.program import Program, parse_program

REMEMBERED: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTemplate:
    """The version of a template that new messages are made from."""

    version_id: int
    number: int
    key: str
    channel: str
    locale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTemplate:
    """A template version, parsed and ready to be rendered."""

    version_id: int
    workspace_id: int
    number: int
    key: str
    channel: str
    locale: str
    sha256: str
    program: Program
    variants: Mapping[Place, Program]
    tags: frozenset[str] = frozenset()

    @property
    def channels(self) -> frozenset[str]:
        return frozenset(channel for channel, _locale in self.variants)

    def program_for(self, channel: str, language: Any) -> Program:
        """Return what is said on a channel to somebody of that language; the first variant where nothing fits."""
        known = language if isinstance(language, str) else ""
        return choose(self.variants, channel, known) or self.program


@transaction.atomic
def define(workspace_id: int, raw: Any, *, actor: Actor, now: datetime) -> Template:
    """Store a definition as the live version of the template with its key; the same again adds nothing."""
    definition = checked(raw)
    fit_to_publish(definition)
    template, _created = Template.objects.select_for_update().get_or_create(
        workspace_id=workspace_id,
        key=definition["key"],
        defaults={"channel": definition["channel"], "created_at": now, "updated_at": now},
    )
    if template.live and template.channel != definition["channel"]:
        raise refuse("/channel", f"this template is for {template.channel}", "Use another key for another channel.")
    if template.live is None or template.live.sha256 != digest(definition):
        _add_version(template, definition, actor=actor, now=now)
    return template


def live_version(workspace_id: int, key: str) -> LiveTemplate | None:
    """Return the live version of a template, or None when there is no such template."""
    return live_versions(workspace_id, [key]).get(key)


def live_versions(workspace_id: int, keys: Collection[str]) -> dict[str, LiveTemplate]:
    """Return the live versions of those of `keys` that exist, by key."""
    found = templates(workspace_id).filter(key__in=keys).exclude(live=None)
    return {
        template.key: LiveTemplate(
            version_id=template.live.pk,
            number=template.live.number,
            key=template.key,
            channel=template.channel,
            locale=template.locale,
        )
        for template in found
        if template.live
    }


def templates(workspace_id: int) -> QuerySet[Template]:
    """Return the workspace's templates with their live versions."""
    return Template.objects.filter(workspace_id=workspace_id).select_related("live").order_by("key")


def channels_of_templates(workspace_id: int) -> dict[str, str]:
    """Return by key the channels that each template in use has something to say on, by commas."""
    found = templates(workspace_id).filter(live__isnull=False, archived_at=None)
    return {
        one.key: ",".join(dict.fromkeys(v["channel"] for v in variants_of(one.live.definition)))
        for one in found
        if one.live
    }


def versions(template: Template) -> QuerySet[TemplateVersion]:
    """Return a template's versions, newest first."""
    return template.versions.order_by("-number")


def names_of_versions(version_ids: Collection[int]) -> dict[int, str]:
    """Return what the templates of these versions are called, by the version's id."""
    rows = TemplateVersion.objects.filter(pk__in=version_ids)
    return dict(rows.values_list("pk", "template__name"))


def stored_templates(version_ids: Collection[int]) -> dict[int, StoredTemplate]:
    """Return the parsed versions by id, those known from before without asking the database."""
    found = {number: known for number in version_ids if (known := _remembered.get(number))}
    missing = [number for number in version_ids if number not in found]
    if missing:
        for row in TemplateVersion.objects.filter(pk__in=missing).select_related("template"):
            found[row.pk] = _remembered.put(_parsed(row))
    return found


def parse_variants(definition: Mapping[str, Any]) -> dict[Place, Program]:
    """Parse all that a definition says; raises InputRefused with every fault, its place and its line."""
    programs: dict[Place, Program] = {}
    problems: list[Problem] = []
    for number, variant in enumerate(variants_of(definition)):
        try:
            programs[place_of(variant)] = parse_program(finished(variant))
        except InputRefused as refusal:
            there = _pointer(number)
            problems += [replace(problem, path=there + problem.path) for problem in refusal.problems]
    if problems:
        raise InputRefused(problems)
    return programs


def fit_to_publish(definition: Mapping[str, Any]) -> dict[Place, Program]:
    """Parse a definition, and refuse addresses in it that run something; raises InputRefused with every fault."""
    problems = [
        Problem(path=f"{_pointer(number)}/{found.part}", message=found.message, hint=found.hint)
        for number, variant in enumerate(variants_of(definition))
        for found in banned(variant)
    ]
    if problems:
        raise InputRefused(problems)
    return parse_variants(definition)


def _pointer(number: int) -> str:
    """Return where a variant stands: the first is the definition itself."""
    return f"/variants/{number - 1}" if number else ""


def _parsed(row: TemplateVersion) -> StoredTemplate:
    variants = parse_variants(row.definition)
    return StoredTemplate(
        version_id=row.pk,
        workspace_id=row.template.workspace_id,
        number=row.number,
        key=row.template.key,
        channel=row.definition["channel"],
        locale=row.definition.get("locale", "en"),
        sha256=row.sha256,
        program=next(iter(variants.values())),
        variants=variants,
        tags=frozenset(row.definition.get("tags", ())),
    )


def _add_version(template: Template, definition: dict[str, Any], *, actor: Actor, now: datetime) -> None:
    newest = versions(template).first()
    version = TemplateVersion.objects.create(
        template=template,
        number=newest.number + 1 if newest else 1,
        definition=definition,
        sha256=digest(definition),
        note=definition.get("note", ""),
        author=actor.name,
        created_at=now,
    )
    template.live, template.updated_at, template.archived_at = version, now, None
    template.name = definition.get("name") or template.name or definition["key"]
    template.channel, template.locale = definition["channel"], definition["locale"]
    template.save()
    record(
        "template.published",
        workspace_id=template.workspace_id,
        object_kind="template",
        object_id=template.pk,
        payload={"key": template.key, "version": version.number, "sha256": version.sha256},
        actor=actor,
        at=now,
    )


class _Remembered:
    """The parsed versions used last. A version never changes, so what is remembered never goes stale."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, StoredTemplate] = OrderedDict()
        self._lock = Lock()

    def get(self, version_id: int) -> StoredTemplate | None:
        with self._lock:
            found = self._known.get(version_id)
            if found:
                self._known.move_to_end(version_id)
            return found

    def put(self, stored: StoredTemplate) -> StoredTemplate:
        with self._lock:
            self._known[stored.version_id] = stored
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
            return stored


_remembered: Final = _Remembered()
