"""`/v1/people`: who is known, and what is known of one person."""

from typing import Any, ClassVar, Final

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audiences.people.lookups import identities_of, people, person_called
from audiences.people.models import Person, TraitChange
from audiences.segments.lookups import memberships_of
from compliance.access.authentication import key_of
from config.kit.api import CursorPage, missing

SEARCH: Final = OpenApiParameter("search", str, description="Part of a user id, e-mail, phone or name, or a whole id.")
PAGED: Final = [
    OpenApiParameter("cursor", str, description="`next` of the page before."),
    OpenApiParameter("limit", int, description="1 to 200; default 50."),
]


class PersonView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    user_id = serializers.CharField(allow_null=True)
    traits = serializers.DictField()
    first_seen = serializers.DateTimeField()
    last_seen = serializers.DateTimeField()


class PersonPage(serializers.Serializer[Any]):
    data = PersonView(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True)


class IdentifierView(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="user, anonymous, email, phone, device, wechat_openid or wechat_unionid")
    value = serializers.CharField()
    since = serializers.DateTimeField()


class StayView(serializers.Serializer[Any]):
    key = serializers.CharField()
    entered_at = serializers.DateTimeField()


class WholePersonView(PersonView):
    identifiers = IdentifierView(many=True)
    segments = StayView(many=True)


class People(APIView):
    """Everyone who is known."""

    scope = "people:read"
    pages: ClassVar = CursorPage("-last_seen", "id")

    @extend_schema(operation_id="people", tags=["people"], responses=PersonPage, parameters=[SEARCH, *PAGED])
    def get(self, request: Request) -> Response:
        """Return people, those active last first; who was merged into another is not among them."""
        found = people(key_of(request).workspace_id, text=request.query_params.get("search", "")[:200])
        return Response(self.pages.page(found, request.query_params).as_json(shown_person))


class OnePerson(APIView):
    """One person."""

    scope = "people:read"

    @extend_schema(operation_id="person", tags=["people"], responses=WholePersonView)
    def get(self, request: Request, user_id: str) -> Response:
        """Return the person whom a user id, or our own id, leads to today."""
        person = person_called(key_of(request).workspace_id, user_id) or missing(f"The person {user_id[:100]}")
        identifiers = identities_of(person.workspace_id, person.pk)
        stays = memberships_of(person.workspace_id, [person.pk]).get(person.pk, [])
        more = {
            "identifiers": [{"kind": row.kind, "value": row.value, "since": row.created_at} for row in identifiers],
            "segments": [{"key": stay.segment.key, "entered_at": stay.entered_at} for stay in stays],
        }
        return Response(shown_person(person) | more)


class TraitWordView(serializers.Serializer[Any]):
    name = serializers.CharField()
    value = serializers.JSONField(allow_null=True, help_text="null: it was taken away")
    at = serializers.DateTimeField(help_text="event time")
    source = serializers.CharField(help_text="the call that said so")  # type: ignore[assignment]


class TraitWordPage(serializers.Serializer[Any]):
    data = TraitWordView(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True)


class TraitHistory(APIView):
    """What a person's traits were."""

    scope = "people:read"
    pages: ClassVar = CursorPage("-at", "name")

    @extend_schema(operation_id="person_traits", tags=["people"], responses=TraitWordPage, parameters=PAGED)
    def get(self, request: Request, user_id: str) -> Response:
        """Return every word about a person's traits, the latest first."""
        person = person_called(key_of(request).workspace_id, user_id) or missing(f"The person {user_id[:100]}")
        rows = TraitChange.objects.filter(workspace_id=person.workspace_id, person_id=person.pk)
        return Response(self.pages.page(rows, request.query_params).as_json(_word))


def _word(row: TraitChange) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("name", "value", "at", "source")}


def shown_person(person: Person) -> dict[str, Any]:
    """Return a person as lists of the API show them."""
    return {name: getattr(person, name) for name in ("id", "user_id", "traits", "first_seen", "last_seen")}
