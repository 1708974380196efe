"""How rules, firings and judgements are read and shown over the API."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers

from campaigns.rules.explain import HoldingBack, Judgement
from campaigns.rules.models import Firing, Rule
from campaigns.rules.tracing import Trace

EXAMPLE: Final = {
    "key": "big-basket",
    "on": ["order_paid"],
    "if": {"all": [{"property": "amount", "is": "gte", "value": 100}, {"segment": "loyal"}]},
    "then": [{"start_flow": "thank-you"}],
}
RuleForm = inline_serializer(
    "RuleForm",
    {
        "key": serializers.CharField(max_length=100),
        "name": serializers.CharField(max_length=300, required=False),
        "on": serializers.ListField(child=serializers.CharField(max_length=300), help_text="event names"),
        "if": serializers.JSONField(required=False, help_text="a condition; without one every such event matches"),
        "unless": serializers.JSONField(required=False, help_text="a condition that keeps the rule from firing"),
        "then": serializers.ListField(child=serializers.DictField(), help_text='[{"start_flow": "key"}]'),
        "exclusive": serializers.CharField(required=False, help_text="a group of which one rule fires on an event"),
        "cooldown": serializers.CharField(required=False, help_text="per person, such as 7d"),
        "max_firings": serializers.DictField(
            required=False, help_text='{"per_subject": 1, "in_all": 1000, "per": "30d"}'
        ),
        "schedule": serializers.DictField(required=False, help_text="from, until, weekdays, window, zone"),
        "expires": serializers.DateTimeField(required=False),
        "rollout": serializers.FloatField(required=False, help_text="percentage of people"),
        "priority": serializers.IntegerField(default=100, help_text="smaller numbers act first"),
        "enabled": serializers.BooleanField(default=True),
        "mode": serializers.ChoiceField(choices=["live", "shadow", "off"], default="live"),
    },
)
RuleShown = inline_serializer(
    "Rule",
    {
        "key": serializers.CharField(),
        "name": serializers.CharField(),
        "version": serializers.IntegerField(),
        "mode": serializers.CharField(),
        "enabled": serializers.BooleanField(),
        "priority": serializers.IntegerField(),
        "definition": serializers.JSONField(),
        "created_at": serializers.DateTimeField(),
        "updated_at": serializers.DateTimeField(),
    },
)
RuleAwaiting = inline_serializer(
    "RuleAwaitingReview",
    {
        "key": serializers.CharField(),
        "version": serializers.IntegerField(help_text="the one that stays live meanwhile; 0: none"),
        "review": serializers.DictField(help_text="revision, sha256 and submitted_by of the draft that waits"),
    },
)
RuleList = inline_serializer(
    "RuleList", {"data": serializers.ListField(child=RuleShown), "next": serializers.CharField(allow_null=True)}
)
RuleSwitch = inline_serializer(
    "RuleSwitch",
    {
        "mode": serializers.ChoiceField(choices=["live", "shadow", "off"], required=False),
        "enabled": serializers.BooleanField(required=False),
        "priority": serializers.IntegerField(required=False),
        "rollout": serializers.FloatField(required=False, help_text="percentage of people"),
    },
)
FiringShown = inline_serializer(
    "Firing",
    {
        "id": serializers.IntegerField(),
        "person_id": serializers.UUIDField(),
        "event_id": serializers.UUIDField(),
        "event_time": serializers.DateTimeField(),
        "fired_at": serializers.DateTimeField(),
        "version": serializers.IntegerField(),
        "mode": serializers.CharField(),
        "facts": serializers.JSONField(),
        "verdict": serializers.JSONField(),
    },
)
FiringList = inline_serializer(
    "FiringList", {"data": serializers.ListField(child=FiringShown), "next": serializers.CharField(allow_null=True)}
)
WhyShown = inline_serializer(
    "Why",
    {
        "rule": serializers.CharField(),
        "version": serializers.IntegerField(),
        "event_id": serializers.UUIDField(),
        "event": serializers.CharField(),
        "event_time": serializers.DateTimeField(),
        "fired": serializers.BooleanField(),
        "verdict_kept": serializers.BooleanField(help_text="true: as judged then; false: judged now on stored facts"),
        "listens": serializers.BooleanField(help_text="whether the rule is on events of this name"),
        "held": serializers.BooleanField(),
        "failed": serializers.JSONField(allow_null=True, help_text="the first leaf that kept the rule from holding"),
        "held_back": serializers.JSONField(
            allow_null=True, help_text="reason, and by which rule, where it held and did not fire"
        ),
        "verdict": serializers.JSONField(),
    },
)
PAGING: Final = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]
TraceShown = inline_serializer(
    "RuleTrace",
    {
        "why": WhyShown,
        "facts": serializers.DictField(help_text="what the condition read, as of the event's time"),
        "facts_ms": serializers.FloatField(help_text="how long reading the facts took"),
        "judged_us": serializers.FloatField(help_text="how long judging the whole condition took, in microseconds"),
        "leaves": serializers.ListField(
            child=serializers.DictField(), help_text="path in the condition, us, and the verdict with the value found"
        ),
        "rows": serializers.ListField(
            child=serializers.DictField(), help_text="of a decision table: the rows that hold, and which are taken"
        ),
    },
)


def rule_json(rule: Rule) -> dict[str, Any]:
    live = rule.live
    return {
        "key": rule.key,
        "name": rule.name,
        "version": live.number if live else 0,
        "mode": rule.mode,
        "enabled": rule.enabled,
        "priority": rule.priority,
        "definition": live.definition if live else {},
        "created_at": rule.created_at,
        "updated_at": rule.updated_at,
    }


def firing_json(firing: Firing) -> dict[str, Any]:
    return {
        "id": firing.pk,
        "person_id": firing.person_id,
        "event_id": firing.event_id,
        "event_time": firing.event_time,
        "fired_at": firing.fired_at,
        "version": firing.version.number,
        "mode": firing.mode,
        "facts": firing.facts,
        "verdict": firing.verdict,
    }


def _held_back(found: HoldingBack | None) -> dict[str, str] | None:
    return None if found is None else {"reason": found.reason, "by": found.by}


def why_json(judgement: Judgement) -> dict[str, Any]:
    return {
        "rule": judgement.rule_key,
        "version": judgement.number,
        "event_id": judgement.event_id,
        "event": judgement.event_name,
        "event_time": judgement.event_time,
        "fired": judgement.fired,
        "verdict_kept": judgement.kept,
        "listens": judgement.listens,
        "held": judgement.verdict.held,
        "failed": judgement.failed.as_json() if judgement.failed else None,
        "held_back": _held_back(judgement.held_back),
        "verdict": judgement.verdict.as_json(),
    }


def trace_json(trace: Trace) -> dict[str, Any]:
    return {
        "why": why_json(trace.judgement),
        "facts": trace.facts,
        "facts_ms": trace.facts_ms,
        "judged_us": trace.judged_us,
        "leaves": [leaf.as_json() for leaf in trace.leaves],
        "rows": [{"row": hit.row, "taken": hit.taken, "verdict": hit.verdict.as_json()} for hit in trace.hits],
    }
