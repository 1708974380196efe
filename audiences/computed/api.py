"""`/v1/computed-traits`: declare figures about people's events that are kept up to date as traits."""

from typing import Any, ClassVar, Final

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audiences.computed.definitions import archive, define, live_traits
from audiences.computed.models import ComputedTrait
from compliance.access.authentication import key_of
from config.kit import clock
from config.kit.actors import current_actor
from config.kit.api import CursorPage, missing

SPENT: Final = {
    "key": "spent_90d",
    "name": "Spent in 90 days",
    "compute": {"sum": "purchase", "of": "amount", "within": "90d"},
}
SCORE: Final = {"key": "rfm", "name": "RFM of a year", "compute": {"rfm": "purchase", "of": "amount", "within": "365d"}}
_COMPUTE: Final = (
    "one of count, sum, avg, min, max, distinct, first, last, rfm with the event's name; `of` a property; `where` "
    "property leaves; `within` a duration"
)


class ComputedTraitForm(serializers.Serializer[Any]):
    key = serializers.RegexField(r"^[A-Za-z_]\w{0,99}$", help_text="the trait is computed.KEY; never changes")
    name = serializers.CharField(max_length=300, required=False)
    compute = serializers.DictField(help_text=_COMPUTE)
    note = serializers.CharField(max_length=500, required=False, help_text="why this version")


class ComputedTraitView(ComputedTraitForm):
    version = serializers.IntegerField()
    updated_at = serializers.DateTimeField()
    bands = serializers.DictField(help_text="of a score: the limits between fifths, drawn daily")


class ComputedTraitPage(serializers.Serializer[Any]):
    data = ComputedTraitView(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True)


class ComputedTraits(APIView):
    """All computed traits in use."""

    scope: ClassVar = {"GET": "people:read", "POST": "people:write"}
    pages: ClassVar = CursorPage("key")

    @extend_schema(operation_id="computed_traits", tags=["computed traits"], responses=ComputedTraitPage)
    def get(self, request: Request) -> Response:
        """Return the computed traits by key."""
        rows = live_traits(key_of(request).workspace_id)
        return Response(self.pages.page(rows, request.query_params).as_json(_shown))

    @extend_schema(
        operation_id="computed_trait_define",
        tags=["computed traits"],
        request=ComputedTraitForm,
        responses={201: ComputedTraitView},
        examples=[
            OpenApiExample("a sum", value=SPENT, request_only=True),
            OpenApiExample("a score", value=SCORE, request_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        """Define a computed trait, or a new version; a job works it out for everybody, events keep it up to date."""
        trait = define(key_of(request).workspace_id, request.data, actor=current_actor(), now=clock.now())
        return Response(_shown(trait), status=201)


class OneComputedTrait(APIView):
    """A computed trait by its key."""

    scope: ClassVar = {"GET": "people:read", "*": "people:write"}

    @extend_schema(operation_id="computed_trait", tags=["computed traits"], responses=ComputedTraitView)
    def get(self, request: Request, key: str) -> Response:
        """Return the live version."""
        return Response(_shown(_find(request, key)))

    @extend_schema(
        operation_id="computed_trait_put",
        tags=["computed traits"],
        request=ComputedTraitForm,
        responses=ComputedTraitView,
        examples=[OpenApiExample("a sum", value=SPENT, request_only=True)],
    )
    def put(self, request: Request, key: str) -> Response:
        """Define the computed trait of this key, or a new version of it."""
        now, actor = clock.now(), current_actor()
        return Response(_shown(define(key_of(request).workspace_id, request.data, actor=actor, now=now, key=key)))

    @extend_schema(operation_id="computed_trait_archive", tags=["computed traits"], responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """Take it out of use; its value goes from everybody."""
        archive(_find(request, key).workspace_id, key, actor=current_actor(), now=clock.now())
        return Response(status=204)


def _find(request: Request, key: str) -> ComputedTrait:
    found = live_traits(key_of(request).workspace_id).filter(key=key).first()
    return found or missing(f"The computed trait {key[:100]}")


def _shown(trait: ComputedTrait) -> dict[str, Any]:
    assert trait.live is not None  # only live ones are found
    return {
        **trait.live.definition,
        "note": trait.live.note,
        "version": trait.live.number,
        "updated_at": trait.updated_at,
        "bands": trait.bands,
    }
