"""`/v1/segments/preview`: a condition tried out on everybody, or on a sample, before it is saved."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audiences.conditions.limits import shown
from audiences.segments.previews.counting import funnel, preview
from audiences.segments.previews.reach import reachable
from audiences.segments.previews.samples import sample
from compliance.access.authentication import key_of
from config.kit import clock
from config.kit.errors import InputRefused, Problem

FIELDS: Final = frozenset({"where", "parts", "seed"})
LARGEST_SEED: Final = 2**31
EXAMPLE: Final = {
    "where": {"did": "purchase", "times": {"at_least": 3}, "within": "30d"},
    "parts": ["funnel", "reachable", "sample"],
}
ANSWER: Final = {
    "count": 12_480,
    "exact": False,
    "error": 1_130,
    "people": 1_000_000,
    "asked": 5_000,
    "at": "2026-03-02T12:00:00Z",
    "took_ms": 118,
    "funnel": [{"where": EXAMPLE["where"], "count": 12_480, "error": 1_130, "exact": False}],
    "reachable": [
        {
            "channel": "email",
            "reachable": 8_900,
            "no_address": 1_400,
            "suppressed": 180,
            "no_consent": 2_000,
            "exact": False,
            "error": 960,
        }
    ],
    "sample": [{"id": "0a7c…", "name": "an***@example.com", "why": {"held": True, "what": "did", "name": "purchase"}}],
}


class PreviewForm(serializers.Serializer[Any]):
    where = serializers.DictField(help_text="a condition; docs/reference/conditions.md")
    parts = serializers.ListField(
        child=serializers.ChoiceField(choices=["funnel", "reachable", "sample"]),
        required=False,
        help_text="what to answer beside the count; default: sample",
    )
    seed = serializers.IntegerField(required=False, help_text="another number, another sample of people")


class PreviewView(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    exact = serializers.BooleanField(help_text="false: an estimate from a sample of people")
    error = serializers.IntegerField(help_text="how far `count` may be off, at 95 %; 0 when exact")
    people = serializers.IntegerField(help_text="how many people there are")
    asked = serializers.IntegerField(help_text="how many of them were judged")
    at = serializers.DateTimeField()
    took_ms = serializers.IntegerField()
    funnel = serializers.ListField(child=serializers.DictField(), required=False, help_text="left after each row")
    reachable = serializers.ListField(child=serializers.DictField(), required=False, help_text="per channel")
    sample = serializers.ListField(child=serializers.DictField(), required=False, help_text="some of them, and why")


class PreviewSegment(APIView):
    """A condition tried out."""

    scope = "segments:read"

    @extend_schema(
        operation_id="segment_preview",
        tags=["segments"],
        request=PreviewForm,
        responses=PreviewView,
        examples=[
            OpenApiExample("who would belong", value=EXAMPLE, request_only=True),
            OpenApiExample("an estimate", value=ANSWER, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        """Return how many people satisfy a condition now, and what else is asked for; nothing is saved."""
        asked, now = _read(request.data), clock.now()
        workspace_id, where, seed = key_of(request).workspace_id, asked["where"], asked.get("seed", 0)
        answer = asdict(preview(workspace_id, where, now=now, seed=seed))
        for part in asked.get("parts", ["sample"]):
            answer[part] = PARTS[part](workspace_id, where, now=now, seed=seed)
        return Response(answer)


def _funnel(workspace_id: int, where: Any, *, now: datetime, seed: int) -> list[dict[str, Any]]:
    return [asdict(row) for row in funnel(workspace_id, where, now=now, seed=seed)]


def _reachable(workspace_id: int, where: Any, *, now: datetime, seed: int) -> list[dict[str, Any]]:
    return [asdict(one) for one in reachable(workspace_id, where, now=now, seed=seed)]


def _sample(workspace_id: int, where: Any, *, now: datetime, seed: int) -> list[dict[str, Any]]:
    return [one.as_json() for one in sample(workspace_id, where, now=now, seed=seed)]


PARTS: Final[Mapping[str, Callable[..., list[dict[str, Any]]]]] = {
    "funnel": _funnel,
    "reachable": _reachable,
    "sample": _sample,
}


def _read(raw: Any) -> dict[str, Any]:
    problems = []
    if not isinstance(raw, dict) or "where" not in raw or not raw.keys() <= FIELDS:
        hint = 'send {"where": CONDITION}, and if wanted "parts" and "seed"'
        raise InputRefused([Problem(path="", message=f"{shown(raw)} is no preview", hint=hint)])
    parts = raw.get("parts", [])
    if not isinstance(parts, list) or not all(isinstance(part, str) and part in PARTS for part in parts):
        hint = "name some of " + ", ".join(PARTS)
        problems.append(Problem(path="/parts", message=f"{shown(parts)} is no list of parts", hint=hint))
    seed = raw.get("seed", 0)
    if type(seed) is not int or not 0 <= seed < LARGEST_SEED:
        hint = f"a whole number from 0 to {LARGEST_SEED - 1}"
        problems.append(Problem(path="/seed", message=f"{shown(seed)} is no seed", hint=hint))
    if problems:
        raise InputRefused(problems)
    return raw
