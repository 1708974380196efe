"""Drafts of flows: begun, saved with whatever is wrong with them, safe from two who edit at once, published."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction

from campaigns.flows.canvas.models import FlowDraft
from campaigns.flows.canvas.shaping import nodes_of
from campaigns.flows.definitions import define, newest_version, problems_of, publish
from campaigns.flows.engine.graph import MAX_NODES
from campaigns.flows.engine.parse import MAX_BYTES, parse_flow
from campaigns.flows.engine.shape import NAME
from campaigns.flows.lookups import find_flow
from campaigns.flows.models import Flow
from campaigns.rules.publishing.policy import identity, is_approver, may_approve, policy_of
from compliance.audit import record
from config.kit.actors import Actor
from config.kit.errors import Conflict, InputRefused, Problem, refuse
from config.kit.phrases import phrase
from config.kit.versions import digest

MOST_NOTES: Final = 200
Raw = Mapping[str, Any]


def find_draft(workspace_id: int, key: str) -> FlowDraft | None:
    """Return the flow's draft, None if there is none."""
    rows = FlowDraft.objects.filter(workspace_id=workspace_id, flow__key=key)
    return rows.select_related("flow", "flow__live").first()


def begin(workspace_id: int, *, key: str, name: str, entry: Raw, actor: Actor, now: datetime) -> FlowDraft:
    """Begin a new flow with a draft that has an end and nothing else yet."""
    if not NAME.fullmatch(key):
        raise refuse("/key", phrase("this is no key"), phrase("use letters, digits, dots, dashes and underscores"))
    with transaction.atomic():
        flow, created = Flow.objects.get_or_create(
            workspace_id=workspace_id, key=key, defaults={"name": name, "created_at": now, "updated_at": now}
        )
        if not created:
            raise refuse("/key", phrase("there is a journey with this key already"), phrase("choose another key"))
        definition = {"key": key, "name": name, "entry": dict(entry), "first": "end", "nodes": {"end": {"do": "exit"}}}
        return save(flow, {"definition": definition}, revision=0, actor=actor, now=now)


def shown(flow: Flow) -> dict[str, Any]:
    """Return the document that an editor shows: the draft's, else that of the version shown on the flow's page."""
    draft = FlowDraft.objects.filter(flow=flow).first()
    if draft is not None:
        return {"definition": draft.definition, "places": draft.places, "notes": draft.notes}
    version = flow.live or newest_version(flow)
    definition = version.definition if version else {"key": flow.key, "name": flow.name, "nodes": {}, "first": ""}
    return {"definition": definition, "places": {}, "notes": []}


@transaction.atomic
def save(flow: Flow, document: Any, *, revision: int, actor: Actor, now: datetime) -> FlowDraft:
    """Save a document as the flow's draft; the same again saves nothing.

    `revision` is the one that was read (0: there was no draft); another one by now is a `Conflict`.
    """
    definition, places, notes = _readable(flow, document)
    Flow.objects.select_for_update(no_key=True).get(pk=flow.pk)
    draft = FlowDraft.objects.filter(flow=flow).first()
    if draft is not None and [draft.definition, draft.places, draft.notes] == [definition, places, notes]:
        return draft
    if (draft.revision if draft else 0) != revision:
        raise Conflict(phrase("Somebody else saved the draft of %(key)s meanwhile.", key=flow.key))
    draft = draft or FlowDraft(flow=flow, workspace_id=flow.workspace_id, revision=0, created_at=now)
    draft.definition, draft.places, draft.notes = definition, places, notes
    draft.revision, draft.author, draft.updated_at = draft.revision + 1, actor.name[:200], now
    draft.makers, draft.handed_in = list(dict.fromkeys([*draft.makers, identity(actor)])), {}
    draft.save()
    _record("flow.draft_saved", draft, actor=actor, now=now)
    return draft


def _readable(flow: Flow, document: Any) -> tuple[dict[str, Any], dict[str, Any], list[Any]]:
    """Return what can be kept at all: it may be wrong, but not another flow, nonsense or too large."""
    raw = document if isinstance(document, Mapping) else {}
    definition, places, notes = raw.get("definition"), raw.get("places", {}), raw.get("notes", [])
    if not isinstance(definition, Mapping) or not isinstance(places, Mapping) or not isinstance(notes, list):
        raise refuse("", phrase("a draft is an object with definition, places and notes"))
    if len(json.dumps(raw, ensure_ascii=False)) > 2 * MAX_BYTES or len(notes) > MOST_NOTES:
        raise refuse("", phrase("the draft is too large"), phrase("split the flow"))
    if len(nodes_of(definition)) > MAX_NODES:
        raise refuse("/nodes", phrase("more than %(most)s nodes", most=MAX_NODES), phrase("split the flow"))
    if definition.get("key", flow.key) != flow.key:
        raise refuse("/key", phrase("the draft belongs to %(key)s", key=flow.key))
    nodes = nodes_of(definition)
    kept = {name: _place(place) for name, place in places.items() if name in nodes}
    return {**definition, "key": flow.key}, kept, notes


def _place(place: Any) -> list[int]:
    if isinstance(place, list) and len(place) == 2 and all(type(n) is int and abs(n) < 10**6 for n in place):
        return place
    raise refuse("/places", phrase("a place is two whole numbers"))


def problems(workspace_id: int, definition: Raw) -> Sequence[Problem]:
    """Return all that stands in the way of publishing a definition."""
    try:
        return problems_of(workspace_id, parse_flow(dict(definition)))
    except InputRefused as refused:
        return refused.problems


@transaction.atomic
def hand_in(flow: Flow, *, revision: int, actor: Actor, now: datetime) -> FlowDraft:
    """Ask somebody else to approve the draft as it is now; refused while something is wrong with it."""
    draft = _locked(flow, revision)
    if found := problems(flow.workspace_id, draft.definition):
        raise InputRefused(found)
    draft.makers = list(dict.fromkeys([*draft.makers, identity(actor)]))
    policy = policy_of(flow.workspace_id)
    if not may_approve(flow.workspace_id, makers=draft.makers, policy=policy, now=now):
        raise Conflict(phrase("Nobody else could approve it."))
    draft.handed_in = {"by": actor.name, "at": now.isoformat(), "sha256": digest(draft.definition)}
    draft.save()
    _record("flow.handed_in", draft, actor=actor, now=now)
    return draft


@transaction.atomic
def go_live(flow: Flow, *, revision: int, actor: Actor, now: datetime) -> Flow:
    """Publish the draft. Where the workspace asks for review: only what was handed in, never by one of its makers."""
    draft = _locked(flow, revision)
    policy = policy_of(flow.workspace_id)
    if policy.review:
        _approvable(draft, actor=actor, now=now)
    version_of = define(flow.workspace_id, draft.definition, actor=actor, now=now)
    made = publish(version_of, actor=actor, now=now)
    _record("flow.draft_published", draft, actor=actor, now=now)
    draft.delete()
    return made


def may_decide(draft: FlowDraft, *, actor: Actor, now: datetime) -> bool:
    """Say whether this actor may approve the draft: no maker may."""
    policy = policy_of(draft.workspace_id)
    return identity(actor) not in draft.makers and is_approver(draft.workspace_id, actor, policy=policy, now=now)


def _approvable(draft: FlowDraft, *, actor: Actor, now: datetime) -> None:
    if not may_decide(draft, actor=actor, now=now):
        raise PermissionDenied
    if draft.handed_in.get("sha256") != digest(draft.definition):
        raise Conflict(phrase("This state of the draft was not handed in for review."))


@transaction.atomic
def send_back(flow: Flow, *, revision: int, actor: Actor, now: datetime) -> FlowDraft:
    """Refuse what was handed in, or take it back; the draft stays."""
    draft = _locked(flow, revision)
    if identity(actor) not in draft.makers and not may_decide(draft, actor=actor, now=now):
        raise PermissionDenied
    draft.handed_in = {}
    draft.save()
    _record("flow.sent_back", draft, actor=actor, now=now)
    return draft


@transaction.atomic
def discard(flow: Flow, *, revision: int, actor: Actor, now: datetime) -> None:
    """Forget the draft; a flow that never had a version goes with it."""
    draft = _locked(flow, revision)
    _record("flow.draft_discarded", draft, actor=actor, now=now)
    draft.delete()
    if newest_version(flow) is None:
        flow.delete()


def _locked(flow: Flow, revision: int) -> FlowDraft:
    draft = FlowDraft.objects.select_for_update(of=("self",)).filter(flow=flow).first()
    if draft is None or draft.revision != revision:
        raise Conflict(phrase("Somebody else saved the draft of %(key)s meanwhile.", key=flow.key))
    return draft


def held(workspace_id: int, key: str) -> tuple[Flow, FlowDraft | None] | None:
    """Return a journey of the workspace and its draft."""
    flow = find_flow(workspace_id, key)
    return None if flow is None else (flow, find_draft(workspace_id, key))


def _record(action: str, draft: FlowDraft, *, actor: Actor, now: datetime) -> None:
    record(
        action,
        workspace_id=draft.workspace_id,
        object_kind="flow",
        object_id=draft.flow.key,
        payload={"revision": draft.revision, "sha256": digest(draft.definition)},
        actor=actor,
        at=now,
    )
