"""`/v1/segments/{key}/members`: who belongs, and for static segments who is put in and taken out."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audiences.conditions.limits import shown
from audiences.people.directory import KnownPeople
from audiences.people.models import Person
from audiences.segments.api import find
from audiences.segments.handpicked import Picked, add_members, remove_members
from audiences.segments.models import Membership
from audiences.segments.reading import members_of
from compliance.access.authentication import key_of
from config.kit import clock
from config.kit.actors import current_actor
from config.kit.api import CursorPage
from config.kit.errors import InputRefused, Problem, refuse

MOST: Final = 10_000
FIELDS: Final = ("user_ids", "person_ids")
LIST: Final = {"user_ids": ["u-1", "u-2"], "person_ids": ["0f9ad7a2-6f0b-5a39-9a4e-3a3e9a3f0c11"]}
PICKED: Final = {"changed": 2, "unchanged": 0, "kept_out": 0, "unknown": 1}


class MemberView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    user_id = serializers.CharField(allow_null=True)
    entered_at = serializers.DateTimeField()


class MemberPage(serializers.Serializer[Any]):
    data = MemberView(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True)


class PeopleForm(serializers.Serializer[Any]):
    user_ids = serializers.ListField(child=serializers.CharField(), required=False)
    person_ids = serializers.ListField(child=serializers.UUIDField(), required=False)


class PickedView(serializers.Serializer[Any]):
    changed = serializers.IntegerField(help_text="entered, or left")
    unchanged = serializers.IntegerField(help_text="were inside, or outside, already")
    kept_out = serializers.IntegerField(help_text="0 here: only rules pass over who was taken out by hand")
    unknown = serializers.IntegerField(help_text="nobody in this workspace")


SINCE: Final = OpenApiParameter("entered_after", str, description="who entered after this instant (RFC 3339)")
UNTIL: Final = OpenApiParameter("entered_before", str, description="who entered before this instant (RFC 3339)")


class Members(APIView):
    """Who belongs to a segment now."""

    scope: ClassVar = {"GET": "segments:read", "*": "segments:write"}
    pages: ClassVar = CursorPage("person_id")

    @extend_schema(operation_id="segment_members", tags=["segments"], responses=MemberPage, parameters=[SINCE, UNTIL])
    def get(self, request: Request, key: str) -> Response:
        """Return the members, in the order of their ids."""
        rows = _filtered(members_of(find(request, key)), request.query_params)
        page = self.pages.page(rows, request.query_params)
        names = dict(Person.objects.filter(pk__in=[row.person_id for row in page.rows]).values_list("pk", "user_id"))
        return Response(page.as_json(lambda row: _member(row, names)))

    @extend_schema(
        operation_id="segment_members_add",
        tags=["segments"],
        request=PeopleForm,
        responses=PickedView,
        examples=[
            OpenApiExample("put people in", value=LIST, request_only=True),
            OpenApiExample("what became of them", value=PICKED, response_only=True),
        ],
    )
    def put(self, request: Request, key: str) -> Response:
        """Put people into a static segment; who was taken out before is back in. 409 for other kinds."""
        return self._picked(request, key, add_members)

    @extend_schema(
        operation_id="segment_members_remove",
        tags=["segments"],
        request=PeopleForm,
        responses=PickedView,
        examples=[OpenApiExample("what became of them", value=PICKED, response_only=True)],
    )
    def delete(self, request: Request, key: str) -> Response:
        """Take people out of a static segment; rules will not put them back in. 409 for other kinds."""
        return self._picked(request, key, remove_members)

    def _picked(self, request: Request, key: str, verb: Callable[..., Picked]) -> Response:
        find(request, key)
        workspace_id = key_of(request).workspace_id
        people, unknown = _people(workspace_id, request.data)
        done = verb(workspace_id, key, people, actor=current_actor(), now=clock.now())
        return Response(asdict(done + Picked(unknown=unknown)))


def _people(workspace_id: int, raw: Any) -> tuple[set[UUID], int]:
    """Return the people that a body names, and how many of its user ids nobody has."""
    if not isinstance(raw, dict) or not raw or not raw.keys() <= set(FIELDS):
        raise refuse("", f"{shown(raw)} names nobody", 'send {"user_ids": [...]} or {"person_ids": [...]}')
    lists = {name: raw.get(name, []) for name in FIELDS}
    for name, items in lists.items():
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise refuse(f"/{name}", f"{shown(items)} is no list of texts", "write a list of ids")
    if sum(map(len, lists.values())) > MOST:
        raise refuse("", f"more than {MOST} people", "send them in several requests, or import a file")
    found = KnownPeople().people(workspace_id, list(dict.fromkeys(lists["user_ids"])))
    people = set(found.values()) | {_uuid(text, place) for place, text in enumerate(lists["person_ids"])}
    return people, len(set(lists["user_ids"]) - found.keys())


def _uuid(text: str, place: int) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        problem = Problem(
            path=f"/person_ids/{place}", message=f"{shown(text)} is no id", hint="take it from /v1/people"
        )
        raise InputRefused([problem]) from None


def _filtered(rows: QuerySet[Membership], query: Mapping[str, str]) -> QuerySet[Membership]:
    if after := query.get("entered_after"):
        rows = rows.filter(entered_at__gt=_instant(after, "entered_after"))
    if before := query.get("entered_before"):
        rows = rows.filter(entered_at__lt=_instant(before, "entered_before"))
    return rows


def _instant(text: str, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise refuse(f"?{name}", f"{shown(text)} is no instant with an offset", "such as 2026-03-02T12:00:00Z")
    return found


def _member(row: Membership, names: Mapping[UUID, str | None]) -> dict[str, Any]:
    return {"id": row.person_id, "user_id": names.get(row.person_id), "entered_at": row.entered_at}
