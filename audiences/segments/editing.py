"""The segment builder: a new segment or a new version of one, with its live result beside the form."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audiences import builder
from audiences.builder import ConditionForm
from audiences.builder.showing import shown
from audiences.segments import locks, lookups
from audiences.segments.definitions import define, used_by
from audiences.segments.documents import STATIC
from audiences.segments.labels import noun_of
from audiences.segments.models import Segment
from audiences.segments.versions import Difference, changes_between
from compliance.access.console import ConsoleRequest, actor_of, console_form
from config.kit import clock
from config.kit.errors import InputRefused, Problem
from config.kit.pages import page
from config.kit.spoken import spoken
from config.kit.strict_json import Malformed

KINDS: Final = {
    "dynamic": (
        gettext_lazy("Dynamic"),
        gettext_lazy("People enter and leave by themselves as the condition starts or ceases to hold."),
    ),
    "static": (
        gettext_lazy("Static"),
        gettext_lazy("Filled once by the condition, or empty; then you add and take out people by hand."),
    ),
    "snapshot": (gettext_lazy("Snapshot"), gettext_lazy("Those who match now, kept as they are.")),
}
PART: Final = {"segment-builder": "builder"}


@dataclass(slots=True, kw_only=True)
class Draft:
    """What the form holds. `version` is the live one that the edit started from."""

    where: ConditionForm
    name: str = ""
    key: str = ""
    kind: str = "dynamic"
    note: str = ""
    version: int = 0
    faults: dict[str, Problem] = field(default_factory=dict)

    def definition(self) -> dict[str, Any]:
        """Return the definition that the form says."""
        raw: dict[str, Any] = {"key": self.key, "name": self.name, "kind": self.kind, "where": self.where.definition()}
        if self.kind == STATIC and not self.where.root.inside():
            del raw["where"]
        return raw | ({"note": self.note} if self.note else {})

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Put each problem at its field: those of the condition at its rows."""
        listed = list(problems)
        self.where.check(one for one in listed if one.path.startswith("/where"))
        if self.kind == STATIC and not self.where.root.inside():
            self.where.faults = []
        for problem in listed:
            if not problem.path.startswith("/where"):
                field_name = problem.path.strip("/").partition("/")[0] or "name"
                said = Problem(path=problem.path, message=spoken(problem.message), hint=spoken(problem.hint))
                self.faults.setdefault(field_name, said)


@console_form
def new(request: ConsoleRequest) -> HttpResponse:
    """Make a segment."""
    if request.method != "POST":
        return _page(request, Draft(where=builder.blank(request.workspace.pk)))
    draft = _posted(request)
    draft.key = request.POST.get("key", "").strip() or key_from(draft.name)
    return _answer(request, draft, None)


@console_form
def edit(request: ConsoleRequest, key: str) -> HttpResponse:
    """Make a new version of a segment."""
    segment = lookups.find_segment(request.workspace.pk, key)
    if segment is None:
        raise Http404
    if request.method != "POST":
        return _page(request, draft_of(segment), segment)
    draft = _posted(request)
    draft.key = segment.key
    return _answer(request, draft, segment)


def draft_of(segment: Segment) -> Draft:
    """Return the form of a segment as it is defined now."""
    definition = segment.live.definition if segment.live else {}
    where = definition.get("where")
    workspace_id = segment.workspace_id
    return Draft(
        where=builder.of(where, workspace_id) if where else builder.blank(workspace_id),
        name=segment.name,
        key=segment.key,
        kind=segment.kind,
        version=segment.live.number if segment.live else 0,
    )


def key_from(name: str) -> str:
    """Return a key made of a name; letters of any script stay."""
    return re.sub(r"[^\w.-]+", "-", name.strip().lower()).strip("-._")[:100]


def _posted(request: ConsoleRequest) -> Draft:
    post = request.POST
    version = post.get("version", "")
    return Draft(
        where=where_of(request),
        name=post.get("name", "").strip(),
        kind=post.get("kind", "dynamic"),
        note=post.get("note", "").strip(),
        version=int(version) if version.isascii() and version.isdecimal() and len(version) < 9 else 0,
    )


def where_of(request: ConsoleRequest) -> ConditionForm:
    """Return the condition that was sent; a form that nobody could have filled in is a 400."""
    try:
        return builder.posted(request.POST, request.workspace.pk)
    except InputRefused as refusal:
        raise Malformed(refusal.problems) from refusal


def _answer(request: ConsoleRequest, draft: Draft, segment: Segment | None) -> HttpResponse:
    """Save, unless a button of the builder asked for something else; what is refused is shown at its place."""
    if draft.where.asked:
        return _page(request, draft, segment)
    if not draft.name:
        draft.faults["name"] = Problem(path="/name", message=_("Give the segment a name"))
    try:
        if draft.faults:
            raise InputRefused([])
        return _save(request, draft, segment)
    except InputRefused as refusal:
        draft.refuse(refusal.problems)
        return _page(request, draft, segment, status=422)


@transaction.atomic
def _save(request: ConsoleRequest, draft: Draft, segment: Segment | None) -> HttpResponse:
    """Define the segment, if nobody else changed it since the form was opened."""
    locks.own(request.workspace.pk)
    now_there = lookups.find_segment(request.workspace.pk, draft.key)
    if segment is None and now_there is not None:
        hint = _("Choose another key, or edit that segment.")
        raise InputRefused([Problem(path="/key", message=_("There is a segment with this key already."), hint=hint)])
    live = now_there.live if now_there else None
    if segment is not None and live is not None and live.number != draft.version:
        return _page(request, draft, now_there, status=409)
    made = define(request.workspace.pk, draft.definition(), actor=actor_of(request), now=clock.now())
    return HttpResponseRedirect(reverse("segment-page", args=[made.key]))


def _changes(draft: Draft, segment: Segment) -> list[Difference]:
    return changes_between(segment.live.definition, draft.definition()) if segment.live else []


def _page(request: ConsoleRequest, draft: Draft, segment: Segment | None = None, *, status: int = 200) -> HttpResponse:
    context: Mapping[str, Any] = {
        "draft": draft,
        "segment": segment,
        "conditions": shown(draft.where),
        "kinds": [{"name": name, "text": text, "said": said} for name, (text, said) in KINDS.items()],
        "uses": [f"{noun_of(use)} {use.name}" for use in used_by(request.workspace.pk, segment.key)] if segment else [],
        "conflict": status == 409,
        "changes": _changes(draft, segment) if status == 409 and segment else [],
        "draft_json": json.dumps(draft.definition(), ensure_ascii=False) if status == 409 else "",
        "focus": next((name for name in ("name", "key", "kind", "note") if name in draft.faults), ""),
    }
    return page(request, "segments/edit.html", context, parts=PART, status=status)
