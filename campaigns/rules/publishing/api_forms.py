"""How drafts, steps, versions, cases and reviews are read and shown over the API."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request

from campaigns.rules.models import Rule, RuleVersion
from campaigns.rules.publishing.differences import Change
from campaigns.rules.publishing.models import RuleCase, RuleDraft, RuleReview
from campaigns.rules.publishing.steps import Step
from compliance.access.authentication import key_of
from config.kit import clock
from config.kit.actors import current_actor
from config.kit.api import missing
from config.kit.errors import InputRefused, Problem

PAGING: Final = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]
EXAMPLE: Final = {
    "on": ["order_paid"],
    "if": {"property": "amount", "is": "gte", "value": 100},
    "then": [{"start_flow": "thank-you"}],
}
CASE: Final = {
    "name": "a loyal buyer's big basket",
    "event": {"name": "order_paid", "properties": {"amount": 120}},
    "facts": {
        "segments": ["loyal"],
        "traits": {"tier": "gold"},
        "history": [{"name": "order_paid", "ago": "3d", "properties": {"amount": 20}}],
    },
    "expect": {"fires": True},
}


class ProblemShown(serializers.Serializer[Any]):
    path = serializers.CharField()
    message = serializers.CharField()
    hint = serializers.CharField()


class StepShown(serializers.Serializer[Any]):
    name = serializers.ChoiceField(choices=["form", "references", "static", "cases", "trial", "replay"])
    state = serializers.ChoiceField(choices=["passed", "warned", "failed", "skipped"])
    said = serializers.CharField()
    ms = serializers.FloatField(help_text="how long it took, in milliseconds")
    problems = ProblemShown(many=True)
    details = serializers.DictField()


DraftForm = inline_serializer(
    "RuleDraftForm",
    {
        "definition": serializers.DictField(help_text="the rule; what is wrong with it is listed, not refused"),
        "revision": serializers.IntegerField(help_text="the revision that you began from; 0: there was no draft"),
        "note": serializers.CharField(max_length=500, required=False, help_text="why"),
        "base": serializers.IntegerField(required=False, help_text="the version it builds on, if that has changed"),
    },
)
DraftShown = inline_serializer(
    "RuleDraft",
    {
        "key": serializers.CharField(),
        "revision": serializers.IntegerField(),
        "base": serializers.IntegerField(allow_null=True, help_text="the version that it was begun from"),
        "definition": serializers.DictField(),
        "sha256": serializers.CharField(),
        "note": serializers.CharField(),
        "author": serializers.CharField(),
        "updated_at": serializers.DateTimeField(),
        "problems": ProblemShown(many=True),
        "steps": StepShown(many=True),
        "changes": serializers.ListField(child=serializers.DictField(), help_text="against the live version"),
        "review": serializers.DictField(allow_null=True, help_text="the one that waits"),
    },
)
RevisionForm = inline_serializer(
    "RuleRevision",
    {
        "revision": serializers.IntegerField(help_text="the revision that you saw"),
        "note": serializers.CharField(max_length=500, required=False),
    },
)
PublishedShown = inline_serializer(
    "PublishedRule",
    {"rule": serializers.DictField(help_text="as GET /v1/rules/{key} shows it"), "steps": StepShown(many=True)},
)
CheckedShown = inline_serializer(
    "CheckedRule",
    {
        "valid": serializers.BooleanField(),
        "problems": ProblemShown(many=True),
        "steps": StepShown(many=True),
        "definition": serializers.DictField(allow_null=True, help_text="in its canonical form"),
        "sha256": serializers.CharField(allow_null=True),
    },
)
VersionShown = inline_serializer(
    "RuleVersion",
    {
        "number": serializers.IntegerField(),
        "live": serializers.BooleanField(),
        "sha256": serializers.CharField(),
        "author": serializers.CharField(),
        "approved_by": serializers.CharField(help_text="empty: nobody had to"),
        "note": serializers.CharField(),
        "created_at": serializers.DateTimeField(),
        "definition": serializers.DictField(),
    },
)
VersionList = inline_serializer(
    "RuleVersionList",
    {"data": serializers.ListField(child=VersionShown), "next": serializers.CharField(allow_null=True)},
)
DifferenceShown = inline_serializer(
    "RuleDifference",
    {
        "from": serializers.CharField(),
        "to": serializers.CharField(),
        "changes": serializers.ListField(child=serializers.DictField(), help_text="path, what, before, after, words"),
    },
)
CaseForm = inline_serializer(
    "RuleCaseForm",
    {
        "name": serializers.CharField(max_length=200),
        "private": serializers.BooleanField(default=False, help_text="true: only you see it, it holds up only you"),
        "event": serializers.DictField(help_text="name, at (default: a fixed instant), properties"),
        "facts": serializers.DictField(
            required=False, help_text="traits, segments, history, was, consents, known_for: the rest is unknown"
        ),
        "expect": serializers.DictField(help_text='{"fires": true}, and the actions as `then` if they matter'),
    },
)
CaseShown = inline_serializer(
    "RuleCase",
    {
        "id": serializers.IntegerField(),
        "name": serializers.CharField(),
        "private": serializers.BooleanField(),
        "owner": serializers.CharField(),
        "event": serializers.DictField(),
        "facts": serializers.DictField(),
        "expect": serializers.DictField(),
        "updated_at": serializers.DateTimeField(),
    },
)
CaseList = inline_serializer(
    "RuleCaseList", {"data": serializers.ListField(child=CaseShown), "next": serializers.CharField(allow_null=True)}
)
ReviewShown = inline_serializer(
    "RuleReview",
    {
        "id": serializers.IntegerField(),
        "rule": serializers.CharField(),
        "revision": serializers.IntegerField(),
        "sha256": serializers.CharField(help_text="what an approval is bound to"),
        "definition": serializers.DictField(),
        "state": serializers.ChoiceField(choices=["pending", "approved", "rejected", "void", "withdrawn"]),
        "submitted_by": serializers.CharField(),
        "submitted_at": serializers.DateTimeField(),
        "note": serializers.CharField(),
        "decided_by": serializers.CharField(),
        "decided_at": serializers.DateTimeField(allow_null=True),
        "reason": serializers.CharField(),
        "steps": StepShown(many=True),
    },
)
ReviewList = inline_serializer(
    "RuleReviewList", {"data": serializers.ListField(child=ReviewShown), "next": serializers.CharField(allow_null=True)}
)


def rule_of(request: Request, key: str) -> Rule:
    """Return the workspace's rule; answers 404 without one."""
    rows = Rule.objects.select_related("live").filter(workspace_id=key_of(request).workspace_id, key=key)
    return rows.first() or missing("This rule")


def fields(request: Request, **kinds: type) -> dict[str, Any]:
    """Return the named fields of a body, those that are left out left out; anything else is refused by its place."""
    body = request.data if isinstance(request.data, Mapping) else None
    if body is None:
        raise InputRefused([Problem(path="", message="a JSON object is needed", hint=", ".join(kinds))])
    problems = [
        Problem(path=f"/{name}", message="there is no such key here", hint="known are " + ", ".join(kinds))
        for name in body
        if name not in kinds
    ]
    problems += [
        Problem(path=f"/{name}", message=f"{str(body[name])[:80]!r} is not {WORDS[kind]}", hint="")
        for name, kind in kinds.items()
        if name in body and not _is(body[name], kind)
    ]
    if problems:
        raise InputRefused(problems)
    return dict(body)


WORDS: Final[Mapping[type, str]] = {
    int: "a whole number from 0 to 2147483647",
    str: "a text of at most 500 characters",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}


def _is(value: Any, kind: type) -> bool:
    if type(value) is not kind:
        return False
    if isinstance(value, str):
        return len(value) <= 500
    return not isinstance(value, int) or 0 <= value < 1 << 31


def by_whom() -> dict[str, Any]:
    """Return who asks, and when: what every verb is told."""
    return {"actor": current_actor(), "now": clock.now()}


def need(given: Mapping[str, Any], *names: str) -> None:
    """Refuse a body in which one of the names is left out."""
    if problems := [Problem(path=f"/{name}", message="is missing", hint="") for name in names if name not in given]:
        raise InputRefused(problems)


def draft_json(draft: RuleDraft, changes: Sequence[Change], review: RuleReview | None) -> dict[str, Any]:
    names = ("revision", "definition", "sha256", "note", "author", "updated_at", "problems", "steps")
    return {
        "key": draft.rule.key,
        "base": draft.base.number if draft.base else None,
        **{name: getattr(draft, name) for name in names},
        "changes": [change.as_json() for change in changes],
        "review": review_json(review) if review else None,
    }


def steps_json(steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [step.as_json() for step in steps]


def version_json(version: RuleVersion, *, live_id: int | None) -> dict[str, Any]:
    names = ("number", "sha256", "author", "approved_by", "note", "created_at", "definition")
    return {"live": version.pk == live_id, **{name: getattr(version, name) for name in names}}


def case_json(case: RuleCase) -> dict[str, Any]:
    names = ("name", "private", "event", "facts", "expect", "updated_at")
    return {"id": case.pk, "owner": case.owner_name, **{name: getattr(case, name) for name in names}}


def review_json(review: RuleReview) -> dict[str, Any]:
    names = ("revision", "sha256", "definition", "state", "submitted_by", "submitted_at", "note", "decided_by")
    later = ("decided_at", "reason", "steps")
    return {"id": review.pk, "rule": review.rule.key} | {name: getattr(review, name) for name in (*names, *later)}
