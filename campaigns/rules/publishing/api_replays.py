"""`/v1/rules/{key}/replay`: what a rule would have done on history, as a job."""

from datetime import datetime
from typing import Any, ClassVar, Final

from drf_spectacular.utils import OpenApiExample, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audiences.conditions.instants import instant
from audiences.people.directory import KnownPeople
from audiences.segments.lookups import find_segment
from campaigns.rules.models import Rule, RuleVersion
from campaigns.rules.publishing import api_forms as forms
from campaigns.rules.publishing.drafts import find_draft
from campaigns.rules.publishing.replays import MOST_PEOPLE, Asked, start_replay
from compliance.access.repeats import PARAMETER, repeatable
from config.kit.api import missing
from config.kit.errors import refuse

EXAMPLE: Final = {"of": "draft", "since": "2026-03-01T00:00:00Z", "until": "2026-03-08T00:00:00Z"}
ReplayForm = inline_serializer(
    "RuleReplayForm",
    {
        "of": serializers.CharField(default="draft", help_text="draft, live, or the number of a version"),
        "since": serializers.DateTimeField(help_text="event time, from"),
        "until": serializers.DateTimeField(help_text="event time, before"),
        "people": serializers.ListField(
            child=serializers.CharField(), required=False, help_text="user ids, at most 10,000; default: everybody"
        ),
        "segment": serializers.CharField(required=False, help_text="only those who are members today"),
    },
)
StartedShown = inline_serializer(
    "RuleReplayStarted",
    {"job_id": serializers.UUIDField(help_text="GET /v1/jobs/{id}: progress, then `result`; /cancel ends it")},
)


class StartReplay(APIView):
    """Replaying a rule on history."""

    scope: ClassVar = {"POST": "rules:write"}

    @extend_schema(
        operation_id="rule_replay",
        tags=["rules"],
        parameters=[PARAMETER],
        request=ReplayForm,
        responses={202: StartedShown},
        examples=[OpenApiExample("the draft, over a week", value=EXAMPLE, request_only=True)],
    )
    @repeatable
    def post(self, request: Request, key: str) -> Response:
        """Judge stored events anew: nothing is sent and nothing written but the job's result.

        The result tells how often it would have fired and for whom (`fired`, `people`, `days`, `per_day`), what is
        different from the live version on the same events (`live`: `added`, `removed`), how far that agrees with what
        was recorded then (`recorded`), examples with their verdicts, and what it took (`seconds`).
        """
        rule = forms.rule_of(request, key)
        given = forms.fields(request, of=str, since=str, until=str, people=list, segment=str)
        forms.need(given, "since", "until")
        job = start_replay(rule, _asked(rule, given), **forms.by_whom())
        return Response({"job_id": str(job.pk)}, status=202)


def _asked(rule: Rule, given: dict[str, Any]) -> Asked:
    of = given.get("of", "draft")
    segment = given.get("segment", "")
    if segment and find_segment(rule.workspace_id, segment) is None:
        raise refuse("/segment", f"there is no segment {segment[:80]!r}", "name one of the workspace's")
    people = KnownPeople().people(rule.workspace_id, _user_ids(given.get("people", [])))
    if "people" in given and not people:
        raise refuse("/people", "none of them is known", "name user ids, or leave it out for everybody")
    return Asked(
        definition=_definition(rule, of),
        of=of,
        since=_instant(given, "since"),
        until=_instant(given, "until"),
        people=tuple(people.values()),
        segment=segment,
    )


def _definition(rule: Rule, of: str) -> dict[str, Any]:
    if of == "draft":
        draft = find_draft(rule.workspace_id, rule.key) or missing("A draft of this rule")
        return dict(draft.definition)
    if of == "live":
        return dict((rule.live or missing("A live version of this rule")).definition)
    number = int(of) if of.isascii() and of.isdigit() and len(of) < 10 else 0
    version = RuleVersion.objects.filter(rule=rule, number=number).first()
    return dict((version or missing("This version of the rule")).definition)


def _user_ids(values: list[Any]) -> list[str]:
    if len(values) > MOST_PEOPLE or not all(isinstance(value, str) for value in values):
        raise refuse("/people", "is not a list of user ids", f"at most {MOST_PEOPLE:,} texts")
    return values


def _instant(given: dict[str, Any], name: str) -> datetime:
    try:
        found = instant(given[name])
    except ValueError:  # a day that its month does not have
        found = None
    if found is None:
        raise refuse(f"/{name}", f"{given[name][:80]!r} is not an instant", 'such as "2026-03-01T00:00:00Z"')
    return found
