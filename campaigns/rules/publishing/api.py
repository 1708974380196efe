"""`/v1/rules/{key}/draft` and its way to be live: check, publish, roll back, many at once."""

from typing import Any, ClassVar, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.rules.api_forms import RuleForm, RuleShown, rule_json
from campaigns.rules.models import Rule
from campaigns.rules.publishing import api_forms as forms
from campaigns.rules.publishing.batches import publish_together
from campaigns.rules.publishing.checking import check, try_out
from campaigns.rules.publishing.differences import changes_between
from campaigns.rules.publishing.drafts import discard_draft, find_draft, find_known, save_draft
from campaigns.rules.publishing.models import RuleDraft
from campaigns.rules.publishing.releasing import publish, roll_back
from campaigns.rules.publishing.reviewing import pending_review
from campaigns.rules.publishing.steps import failures
from compliance.access.authentication import key_of
from compliance.access.repeats import PARAMETER, repeatable
from config.kit.actors import current_actor
from config.kit.api import missing
from config.kit.errors import refuse
from config.kit.versions import digest

SENT: Final = {"definition": forms.EXAMPLE, "revision": 0, "note": "thank who spends much"}


class Draft(APIView):
    """The draft of a rule: saved with its problems, never live."""

    scope: ClassVar = {"GET": "rules:read", "PUT": "rules:write", "DELETE": "rules:write"}

    @extend_schema(operation_id="rule_draft", tags=["rules"], responses=forms.DraftShown)
    def get(self, request: Request, key: str) -> Response:
        """Return the draft, what the quick steps of the gate found, and what it changes."""
        return Response(_shown(find_draft(key_of(request).workspace_id, key) or missing("A draft of this rule")))

    @extend_schema(
        operation_id="rule_draft_save",
        tags=["rules"],
        request=forms.DraftForm,
        responses=forms.DraftShown,
        examples=[OpenApiExample("begin a draft", value=SENT, request_only=True)],
    )
    def put(self, request: Request, key: str) -> Response:
        """Save the draft, whatever is wrong with it. 409 with what differs if somebody else saved it meanwhile."""
        given = forms.fields(request, definition=dict, revision=int, note=str, base=int)
        forms.need(given, "definition", "revision")
        return Response(
            _shown(save_draft(key_of(request).workspace_id, key, given.pop("definition"), **given, **forms.by_whom()))
        )

    @extend_schema(
        operation_id="rule_draft_discard",
        tags=["rules"],
        parameters=[OpenApiParameter("revision", int, required=True, description="the revision that you saw")],
        responses={204: None},
    )
    def delete(self, request: Request, key: str) -> Response:
        """Discard the draft; the live version stays. 409 if it was saved meanwhile."""
        revision = _number(request.query_params.get("revision", ""))
        discard_draft(key_of(request).workspace_id, key, revision=revision, **forms.by_whom())
        return Response(status=204)


class Publish(APIView):
    """Making the draft live."""

    scope: ClassVar = {"POST": "rules:publish"}

    @extend_schema(
        operation_id="rule_publish",
        tags=["rules"],
        parameters=[PARAMETER],
        request=forms.RevisionForm,
        responses=forms.PublishedShown,
        examples=[OpenApiExample("the draft that you saw", value={"revision": 3}, request_only=True)],
    )
    @repeatable
    def post(self, request: Request, key: str) -> Response:
        """Take the draft through the gate and make it live. 409: published by somebody else, edited, or to be reviewed.

        422 names what the gate found; the draft stays.
        """
        given = forms.fields(request, revision=int, note=str)
        forms.need(given, "revision")
        made = publish(key_of(request).workspace_id, key, **given, **forms.by_whom())
        return Response({"rule": rule_json(made.rule), "steps": forms.steps_json(made.steps)})


RollbackForm = inline_serializer(
    "RuleRollback",
    {
        "to": serializers.IntegerField(required=False, help_text="default: the version before the live one"),
        "live": serializers.IntegerField(required=False, help_text="the version that you saw live"),
        "reason": serializers.CharField(max_length=500, required=False),
    },
)


class Rollback(APIView):
    """Making an older version live again."""

    scope: ClassVar = {"POST": "rules:publish"}

    @extend_schema(
        operation_id="rule_roll_back",
        tags=["rules"],
        parameters=[PARAMETER],
        request=RollbackForm,
        responses=RuleShown,
        examples=[OpenApiExample("as it was before", value={"reason": "fires too often"}, request_only=True)],
    )
    @repeatable
    def post(self, request: Request, key: str) -> Response:
        """Roll back: workers take the older version over with their next batch. 409 if `live` is no longer live."""
        given = forms.fields(request, to=int, live=int, reason=str)
        try:
            rule = roll_back(key_of(request).workspace_id, key, **given, **forms.by_whom())
        except Rule.DoesNotExist:
            missing("This rule")
        return Response(rule_json(rule))


class Check(APIView):
    """Taking a definition through the gate without saving anything."""

    scope: ClassVar = {"POST": "rules:write"}

    @extend_schema(
        operation_id="rule_check",
        tags=["rules"],
        request=RuleForm,
        responses=forms.CheckedShown,
        examples=[OpenApiExample("would it go live?", value={"key": "big", **forms.EXAMPLE}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Return every step with its result and time, and all problems; nothing is stored, nothing changes."""
        workspace_id = key_of(request).workspace_id
        rule = find_known(workspace_id, request.data)
        form, steps = check(workspace_id, request.data, rule=rule, actor=current_actor())
        if form is not None and not failures(steps):
            steps.append(try_out(workspace_id, [form]))
        problems = failures(steps)
        shown = [{"path": each.path, "message": each.message, "hint": each.hint} for each in problems]
        told = {"definition": form.definition if form else None, "sha256": digest(form.definition) if form else None}
        return Response({"valid": not problems, "problems": shown, "steps": forms.steps_json(steps), **told})


BatchForm = inline_serializer(
    "RuleBatch",
    {
        "rules": serializers.ListField(child=RuleForm, help_text="1 to 1,000 rules"),
        "note": serializers.CharField(max_length=500, required=False),
    },
)
BatchShown = inline_serializer(
    "RuleBatchPublished", {"rules": serializers.DictField(), "steps": forms.StepShown(many=True)}
)


class Batch(APIView):
    """Publishing many rules at once."""

    scope: ClassVar = {"POST": "rules:publish"}
    max_body = 16 * 1024 * 1024

    @extend_schema(
        operation_id="rules_publish",
        tags=["rules"],
        parameters=[PARAMETER],
        request=BatchForm,
        responses=BatchShown,
        examples=[OpenApiExample("one", value={"rules": [{"key": "big", **forms.EXAMPLE}]}, request_only=True)],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """Make all of them live, or none: one gate, one moment. `rules` answers each key with its live version."""
        given = forms.fields(request, rules=list, note=str)
        forms.need(given, "rules")
        made = publish_together(key_of(request).workspace_id, given.pop("rules"), **given, **forms.by_whom())
        live = {rule.key: rule.live.number if rule.live else 0 for rule in made.rules}
        return Response({"rules": live, "steps": forms.steps_json(made.steps)})


def _shown(draft: RuleDraft) -> dict[str, Any]:
    live = draft.rule.live
    changes = changes_between(live.definition if live else {}, draft.definition)
    return forms.draft_json(draft, changes, pending_review(draft.rule))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise refuse("/revision", f"{text[:50]!r} is not the number of a revision", "name the one that you saw")
    return int(text)
