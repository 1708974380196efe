"""`/v1/identity`: identifiers that two people claim, and merging two people into one."""

from typing import Any, ClassVar, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audiences.identity import lookups, merging
from audiences.people.lookups import person_called
from audiences.people.models import IdentityClaim, Person, PersonMerge
from compliance.access.authentication import key_of
from config.kit import clock
from config.kit.actors import current_actor
from config.kit.api import CursorPage, missing
from config.kit.errors import refuse

STATE: Final = OpenApiParameter("state", str, enum=IdentityClaim.State.values, description="Default: all.")
EXAMPLE: Final = {"loser": "u-1044", "winner": "u-88", "reason": "Same phone and address; confirmed on the phone."}


class MergeForm(serializers.Serializer[Any]):
    loser = serializers.CharField(help_text="user id or our id of the person who goes into the other")
    winner = serializers.CharField(help_text="user id or our id of the person who stays")
    reason = serializers.CharField(required=False, help_text="why they are one; a preview needs none")


class MergeSideView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    user_id = serializers.CharField(allow_null=True)
    events = serializers.IntegerField()
    identifiers = serializers.ListField(child=serializers.CharField(), help_text="kind:value")
    segments = serializers.ListField(child=serializers.CharField())


class MergedTraitView(serializers.Serializer[Any]):
    name = serializers.CharField()
    winner = serializers.JSONField(allow_null=True)
    loser = serializers.JSONField(allow_null=True)
    kept = serializers.JSONField(allow_null=True)
    kept_from = serializers.ChoiceField(choices=["winner", "loser"])


class MergePreviewView(serializers.Serializer[Any]):
    loser = MergeSideView()
    winner = MergeSideView()
    traits = MergedTraitView(many=True)
    consents = serializers.ListField(child=serializers.DictField(), help_text="the stricter decision of the two")
    segments = serializers.ListField(child=serializers.CharField(), help_text="dynamic ones are judged anew")


class MergedView(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="the person who stays")


class PastMergeView(serializers.ModelSerializer[PersonMerge]):
    class Meta:
        model = PersonMerge
        fields = ("loser_id", "winner_id", "at", "cause", "event_id", "kind", "actor", "reason", "moved")


class PastMergePage(serializers.Serializer[Any]):
    data = PastMergeView(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True)


class ClaimView(serializers.ModelSerializer[IdentityClaim]):
    holder_id = serializers.UUIDField(help_text="whose the identifier is today")

    class Meta:
        model = IdentityClaim
        fields = (
            "id", "kind", "value", "claimant_id", "holder_id", "event_id", "first_at", "last_at", "times", "state",
            "decided_at", "decided_by", "reason",
        )  # fmt: skip


class ClaimPage(serializers.Serializer[Any]):
    data = ClaimView(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True)


class DecisionForm(serializers.Serializer[Any]):
    one_person = serializers.BooleanField(help_text="true merges the claimant into the holder; false: two people")
    reason = serializers.CharField(required=False, max_length=500, help_text="needed for a merge")


class Preview(APIView):
    """What a merge would do."""

    scope = "people:read"

    @extend_schema(
        operation_id="merge_preview",
        tags=["identity"],
        request=MergeForm,
        responses=MergePreviewView,
        examples=[OpenApiExample("two user ids", value=EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Return both people, which trait values stay, and the consents and segments afterwards. Changes nothing."""
        loser, winner = _two(request)
        found = merging.preview(loser.workspace_id, loser_id=loser.pk, winner_id=winner.pk)
        return Response(
            {
                "loser": _side(found.loser),
                "winner": _side(found.winner),
                "traits": [
                    {name: getattr(row, name) for name in ("name", "winner", "loser", "kept", "kept_from")}
                    for row in found.traits
                ],
                "consents": [{"channel": c, "purpose": p, "state": s} for c, p, s in found.consents],
                "segments": found.segments,
            }
        )


class Merges(APIView):
    """Merges of people, done by events, operators and this API."""

    scope: ClassVar = {"GET": "people:read", "POST": "people:write"}
    pages: ClassVar = CursorPage("-id")

    @extend_schema(operation_id="merges", tags=["identity"], responses=PastMergePage)
    def get(self, request: Request) -> Response:
        """Return the merges, newest first: who went into whom, why, and what came over."""
        rows = PersonMerge.objects.filter(workspace_id=key_of(request).workspace_id)
        return Response(self.pages.page(rows, request.query_params).as_json(lambda row: PastMergeView(row).data))

    @extend_schema(
        operation_id="merge",
        tags=["identity"],
        request=MergeForm,
        responses={200: MergedView},
        examples=[OpenApiExample("two user ids", value=EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Make one person of two: events, identifiers, consents (the stricter wins), segments and runs are united."""
        loser, winner = _two(request)
        stays = merging.merge_people(
            loser.workspace_id,
            loser_id=loser.pk,
            winner_id=winner.pk,
            actor=current_actor(),
            reason=str(_body(request).get("reason") or ""),
            now=clock.now(),
        )
        return Response({"id": stays})


class Claims(APIView):
    """Identifiers that somebody used who does not hold them."""

    scope = "people:read"
    pages: ClassVar = CursorPage("-id")

    @extend_schema(operation_id="identity_claims", tags=["identity"], responses=ClaimPage, parameters=[STATE])
    def get(self, request: Request) -> Response:
        """Return claims, newest first. `open` ones wait for a decision; shared devices are only `noted`."""
        state = request.query_params.get("state", "")
        if state and state not in IdentityClaim.State.values:
            raise refuse("/state", f"{state[:40]!r} is no state", "Use one of " + ", ".join(IdentityClaim.State.values))
        rows = lookups.claims(key_of(request).workspace_id, state=state)
        return Response(self.pages.page(rows, request.query_params).as_json(lambda row: ClaimView(row).data))


class OneClaim(APIView):
    """One claim."""

    scope: ClassVar = {"GET": "people:read", "POST": "people:write"}

    @extend_schema(operation_id="identity_claim", tags=["identity"], responses=ClaimView)
    def get(self, request: Request, claim_id: int) -> Response:
        """Return the claim and whose the identifier is today."""
        return Response(ClaimView(_claim(request, claim_id)).data)

    @extend_schema(
        operation_id="identity_claim_decide",
        tags=["identity"],
        request=DecisionForm,
        responses=ClaimView,
        examples=[OpenApiExample("two people", value={"one_person": False, "reason": "Mother and son."})],
    )
    def post(self, request: Request, claim_id: int) -> Response:
        """Decide: the claimant is the holder (the two are merged), or they are two people. A decision stands."""
        claim, one_person = _claim(request, claim_id), _body(request).get("one_person")
        if not isinstance(one_person, bool):
            raise refuse("/one_person", "must be true or false", "true merges the two, false keeps them apart")
        reason = str(_body(request).get("reason") or "")
        merging.settle_claim(claim, actor=current_actor(), reason=reason, now=clock.now(), one_person=one_person)
        return Response(ClaimView(_claim(request, claim_id)).data)


def _claim(request: Request, claim_id: int) -> IdentityClaim:
    return lookups.find_claim(key_of(request).workspace_id, claim_id) or missing(f"The claim {claim_id}")


def _body(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise refuse("", "the body is no object", "Send a JSON object.")
    return request.data


def _two(request: Request) -> tuple[Person, Person]:
    return _named(request, "loser"), _named(request, "winner")


def _named(request: Request, field: str) -> Person:
    text = _body(request).get(field)
    if not isinstance(text, str) or not text:
        raise refuse(f"/{field}", "is missing", "Send a user id or our own id.")
    found = person_called(key_of(request).workspace_id, text)
    if found is None:
        raise refuse(f"/{field}", f"nobody is known as {text[:100]!r}", "Send a user id or our own id.")
    return found


def _side(side: merging.Side) -> dict[str, Any]:
    return {
        "id": side.person.pk,
        "user_id": side.person.user_id,
        "events": side.events,
        "identifiers": [f"{row.kind}:{row.value}" for row in side.identifiers],
        "segments": side.segments,
    }
