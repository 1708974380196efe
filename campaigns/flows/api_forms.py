"""The shapes of `/v1/journeys` and `/v1/runs`, for the API reference and for the answers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from campaigns.flows.definitions import newest_version, newest_versions
from campaigns.flows.models import EntryDecision, Flow, FlowVersion, Run, Step

EXAMPLE: Final = {
    "key": "win-back",
    "entry": {"on": "event", "event": "cart_abandoned", "key": "properties.cart_id"},
    "exit": [{"event": "purchase"}],
    "goal": {"event": "purchase", "within": "7d"},
    "first": "start",
    "nodes": {
        "start": {"do": "wait", "for": "1h", "next": "mail"},
        "mail": {"do": "send", "channel": "email", "template": "win-back-1", "next": "done"},
        "done": {"do": "exit"},
    },
}
RUN_EXAMPLE: Final = {"user_id": "u-1", "key": "cart-1001", "properties": {"cart_id": "1001"}}
_NEXT: Final = {"next": serializers.CharField(allow_null=True)}
JourneyForm = inline_serializer(
    "JourneyForm",
    {
        "key": serializers.CharField(max_length=100),
        "name": serializers.CharField(max_length=300, required=False),
        "entry": serializers.JSONField(required=False, help_text="on: event, segment, api or rule; if, key, reentry"),
        "exit": serializers.JSONField(required=False, help_text="a list of events and conditions that end a run"),
        "goal": serializers.JSONField(required=False, help_text="event and within"),
        "holdout": serializers.FloatField(default=0, help_text="the share that walks the flow without messages"),
        "lateness": serializers.CharField(default="1h", help_text="events older on arrival start nothing"),
        "zone": serializers.CharField(required=False, help_text="for people whose own time zone is not known"),
        "first": serializers.CharField(required=False, help_text="the first node; without it the first written"),
        "nodes": serializers.JSONField(help_text="by name: wait, wait_until, branch, split, send, exit"),
    },
)
JourneyShown = inline_serializer(
    "Journey",
    {
        "key": serializers.CharField(),
        "name": serializers.CharField(),
        "state": serializers.ChoiceField(choices=Flow.State.values),
        "version": serializers.IntegerField(help_text="the newest version", allow_null=True),
        "live_version": serializers.IntegerField(help_text="the version that people enter", allow_null=True),
        "definition": serializers.JSONField(help_text="the newest version's"),
        "created_at": serializers.DateTimeField(),
        "updated_at": serializers.DateTimeField(),
    },
)
JourneyList = inline_serializer("JourneyList", {"data": serializers.ListField(child=JourneyShown), **_NEXT})
PublishForm = inline_serializer(
    "PublishForm", {"version": serializers.IntegerField(required=False, help_text="without it the newest")}
)
CountsShown = inline_serializer(
    "JourneyCounts",
    {
        "nodes": serializers.DictField(help_text="by name of the node: inside (runs there now) and passed (visits)"),
        "ended": serializers.DictField(help_text="runs by exit reason"),
        "refused": serializers.DictField(help_text="entries by the reason why they became no run"),
    },
)
RunForm = inline_serializer(
    "RunForm",
    {
        "user_id": serializers.CharField(max_length=300),
        "key": serializers.CharField(max_length=200, help_text="idempotency key: the same key, the same run"),
        "properties": serializers.DictField(required=False, help_text="what conditions and templates see as the event"),
    },
)
RunShown = inline_serializer(
    "Run",
    {
        "id": serializers.UUIDField(),
        "journey": serializers.CharField(),
        "version": serializers.IntegerField(),
        "person_id": serializers.UUIDField(),
        "entry_key": serializers.CharField(),
        "entered_at": serializers.DateTimeField(),
        "state": serializers.ChoiceField(choices=Run.State.values),
        "node": serializers.CharField(),
        "due_at": serializers.DateTimeField(allow_null=True),
        "holdout": serializers.BooleanField(),
        "goal": serializers.JSONField(allow_null=True),
        "exit_reason": serializers.CharField(),
        "exit_detail": serializers.JSONField(),
        "ended_at": serializers.DateTimeField(allow_null=True),
    },
)
RunList = inline_serializer("RunList", {"data": serializers.ListField(child=RunShown), **_NEXT})
StepShown = inline_serializer(
    "Step",
    {
        "node": serializers.CharField(),
        "visit": serializers.IntegerField(),
        "entered_at": serializers.DateTimeField(),
        "left_at": serializers.DateTimeField(allow_null=True),
        "outcome": serializers.CharField(),
        "detail": serializers.JSONField(),
    },
)
RunWithSteps = inline_serializer(
    "RunWithSteps",
    {"run": RunShown, "entry": serializers.JSONField(), "steps": serializers.ListField(child=StepShown)},
)
RefusalShown = inline_serializer(
    "EntryRefusal",
    {
        "person_id": serializers.UUIDField(),
        "event_id": serializers.UUIDField(allow_null=True),
        "at": serializers.DateTimeField(),
        "reason": serializers.CharField(),
        "detail": serializers.JSONField(),
    },
)
RefusalList = inline_serializer("EntryRefusalList", {"data": serializers.ListField(child=RefusalShown), **_NEXT})


def journey_json(flow: Flow) -> Mapping[str, Any]:
    """Return a flow as the API shows it."""
    return _journey(flow, newest_version(flow))


def journeys_json(flows: Sequence[Flow]) -> list[Mapping[str, Any]]:
    """Return flows as the API shows them, with one query for all."""
    newest = newest_versions(flows)
    return [_journey(flow, newest.get(flow.pk)) for flow in flows]


def _journey(flow: Flow, newest: FlowVersion | None) -> Mapping[str, Any]:
    return {
        "key": flow.key,
        "name": flow.name,
        "state": flow.state,
        "version": newest.number if newest else None,
        "live_version": flow.live.number if flow.live else None,
        "definition": newest.definition if newest else {},
        "created_at": flow.created_at,
        "updated_at": flow.updated_at,
    }


def run_json(run: Run) -> Mapping[str, Any]:
    """Return a run as the API shows it."""
    return {
        "id": run.pk,
        "journey": run.flow.key,
        "version": run.version.number,
        "person_id": run.subject_id,
        "entry_key": run.entry_key,
        "entered_at": run.entered_at,
        "state": run.state,
        "node": run.node,
        "due_at": run.due_at,
        "holdout": run.holdout,
        "goal": run.context.get("goal"),
        "exit_reason": run.exit_reason,
        "exit_detail": run.exit_detail,
        "ended_at": run.ended_at,
    }


def steps_json(steps: Sequence[Step]) -> list[Mapping[str, Any]]:
    """Return a run's steps as the API shows them."""
    return [
        {
            "node": step.node,
            "visit": step.visit,
            "entered_at": step.entered_at,
            "left_at": step.left_at,
            "outcome": step.outcome,
            "detail": step.detail,
        }
        for step in steps
    ]


def refusal_json(decision: EntryDecision) -> Mapping[str, Any]:
    """Return a refused entry as the API shows it."""
    return {
        "person_id": decision.subject_id,
        "event_id": decision.event_id,
        "at": decision.at,
        "reason": decision.reason,
        "detail": decision.detail,
    }
