"""`/v1/people/{user_id}/consent`, `/v1/consents/batch`, `/v1/suppressions`: what people decided, from other systems."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from django.db import transaction
from drf_spectacular.utils import OpenApiExample, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.access.authentication import key_of
from compliance.consent import directory
from compliance.consent.consents import GRANTED, WITHDRAWN, Change, consents_of, store
from compliance.consent.documents import SLUG, ConsentDocument, read_consent, read_consents, read_suppressions
from compliance.consent.models import Consent
from compliance.consent.suppressions import suppress
from config.kit import clock

BOUNCED: Final = {"channel": "email", "address": "ann@example.com", "reason": "hard_bounce"}
DECISION: Final = {"channel": "email", "purpose": "marketing", "state": "granted", "source": "checkout"}


FIELDS: Final[dict[str, serializers.Field[Any, Any, Any, Any]]] = {
    "channel": serializers.RegexField(SLUG.pattern, help_text="email, sms, …"),
    "purpose": serializers.RegexField(SLUG.pattern, help_text="marketing, …"),
    "state": serializers.ChoiceField(choices=[GRANTED, WITHDRAWN]),
    "source": serializers.CharField(max_length=100, default="api", help_text="where the person decided"),
    "evidence": serializers.DictField(default=dict, help_text="what proves it: the form's version, the wording"),
    "at": serializers.DateTimeField(required=False, help_text="when; the latest decision counts; default now"),
}
USER: Final = {"user_id": serializers.CharField(max_length=1000)}
ConsentForm = inline_serializer("Consent", FIELDS)
ConsentsForm = inline_serializer("Consents", {"consents": inline_serializer("UserConsent", USER | FIELDS, many=True)})
ConsentsShown = inline_serializer("ConsentList", {"data": type(ConsentForm)(many=True)})
SuppressionsForm = inline_serializer(
    "Suppressions",
    {
        "suppressions": inline_serializer(
            "Suppression",
            {
                "channel": serializers.CharField(max_length=20),
                "address": serializers.CharField(max_length=320),
                "reason": serializers.CharField(max_length=40, default="manual", help_text="hard_bounce, complaint, …"),
            },
            many=True,
        )
    },
)
Changed = inline_serializer(
    "Changed",
    {
        "changed": serializers.IntegerField(help_text="how many states are other than before"),
        "unchanged": serializers.IntegerField(),
    },
)


class PersonConsent(APIView):
    """What one person decided."""

    scope: ClassVar = {"GET": "consents:read", "PUT": "consents:write"}

    @extend_schema(operation_id="consents_of_person", responses=ConsentsShown)
    def get(self, request: Request, user_id: str) -> Response:
        """Return every decision of the person, by channel and purpose."""
        person_id = directory.people(key_of(request).workspace_id, [user_id])[user_id]
        return Response({"data": [_shown(row) for row in consents_of(key_of(request).workspace_id, person_id)]})

    @extend_schema(
        operation_id="consent_set",
        request=ConsentForm,
        responses=ConsentsShown,
        examples=[OpenApiExample("granted at the checkout", value=DECISION, request_only=True)],
    )
    def put(self, request: Request, user_id: str) -> Response:
        """Note a decision. The latest one counts, whatever the order of arrival."""
        now = clock.now()
        document = read_consent(request.data, user_id=user_id, now=now)
        store(key_of(request).workspace_id, _changes(key_of(request).workspace_id, [document]), now=now)
        return self.get(request, user_id)


class ConsentBatch(APIView):
    """Many decisions at once."""

    scope = "consents:write"

    @extend_schema(
        operation_id="consents_set",
        request=ConsentsForm,
        responses=Changed,
        examples=[OpenApiExample("two people", value={"consents": [DECISION | {"user_id": "u1"}]}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Note up to 1000 decisions, all or none."""
        now = clock.now()
        documents = read_consents(request.data, now=now)
        changed = store(key_of(request).workspace_id, _changes(key_of(request).workspace_id, documents), now=now)
        return Response({"changed": changed, "unchanged": len(documents) - changed})


class Suppressions(APIView):
    """Addresses that must not be written to."""

    scope = "consents:write"

    @extend_schema(
        operation_id="suppressions_add",
        request=SuppressionsForm,
        responses=Changed,
        examples=[OpenApiExample("a bounced address", value={"suppressions": [BOUNCED]}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Suppress up to 1000 addresses, all or none. Only their hashes are kept."""
        workspace_id, documents = key_of(request).workspace_id, read_suppressions(request.data)
        groups: dict[tuple[str, str], list[str]] = defaultdict(list)
        for document in documents:
            groups[document.channel, document.reason].append(document.address)
        changed, now = 0, clock.now()
        with transaction.atomic():
            for (channel, reason), addresses in groups.items():
                changed += suppress(workspace_id, channel, addresses, reason=reason, at=now)
        return Response({"changed": changed, "unchanged": len(documents) - changed})


def _changes(workspace_id: int, documents: Sequence[ConsentDocument]) -> list[Change]:
    people = directory.people(workspace_id, [document.user_id for document in documents])
    return [
        Change(
            person_id=people[document.user_id],
            channel=document.channel,
            purpose=document.purpose,
            state=document.state,
            source=document.source,
            evidence=document.evidence,
            changed_at=document.at,
        )
        for document in documents
    ]


def _shown(row: Consent) -> dict[str, Any]:
    return {
        "channel": row.channel,
        "purpose": row.purpose,
        "state": row.state,
        "source": row.source,
        "evidence": row.evidence,
        "at": row.changed_at,
    }
