"""`/v1/templates`: what is said, in immutable versions."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, ClassVar, Final

from drf_spectacular.utils import OpenApiExample, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.access.authentication import key_of
from config.kit import clock
from config.kit.actors import current_actor
from config.kit.api import CursorPage, missing
from config.kit.errors import InputRefused, Problem, refuse
from content.library.definition import CHANNELS, PURPOSES
from content.library.models import Template, TemplateVersion
from content.library.preview import preview
from content.library.templates import define, templates, versions
from content.rendering.program import PARTS, ROOTS

EXAMPLE: Final = {
    "key": "win-back-1",
    "channel": "email",
    "subject": "We kept your cart, {{ person.first_name | default: 'friend' }}",
    "body": "It waits for you.\n\nUnsubscribe: {{ links.unsubscribe }}",
    "locale": "en",
    "tags": ["promo"],
}
ADAPTED_EXAMPLE: Final = EXAMPLE | {
    "variants": [
        {"channel": "email", "locale": "zh-Hans", "subject": "您的购物车还在", "body": "退订：{{ links.unsubscribe }}"},
        {"channel": "sms", "locale": "en", "body": "Your cart waits for you. Reply STOP to end"},
    ]
}
EXAMPLES: Final = [
    OpenApiExample("a reminder", value=EXAMPLE, request_only=True),
    OpenApiExample("with variants", value=ADAPTED_EXAMPLE, request_only=True),
]
FIELDS: Final[dict[str, serializers.Field[Any, Any, Any, Any]]] = {
    "key": serializers.CharField(max_length=100, help_text="never changes"),
    "name": serializers.CharField(max_length=300, required=False),
    "channel": serializers.ChoiceField(choices=list(CHANNELS)),
    "subject": serializers.CharField(required=False, help_text="Liquid; the title of push and in-app messages"),
    "body": serializers.CharField(required=False, help_text="Liquid; the plain text"),
    "html": serializers.CharField(required=False, help_text="Liquid; the HTML text"),
    "locale": serializers.CharField(default="en"),
    "tags": serializers.ListField(child=serializers.CharField(), default=list),
    "purpose": serializers.ChoiceField(choices=list(PURPOSES), required=False, help_text="what checks assume"),
    "variants": serializers.ListField(
        child=inline_serializer(
            "TemplateVariant",
            {
                "channel": serializers.ChoiceField(choices=list(CHANNELS)),
                "locale": serializers.CharField(default="en"),
                "subject": serializers.CharField(required=False),
                "body": serializers.CharField(required=False),
                "html": serializers.CharField(required=False),
            },
        ),
        required=False,
        help_text="the same said on other channels and in other languages; the person's language chooses",
    ),
    "note": serializers.CharField(max_length=500, required=False, help_text="why this version"),
}
TemplateForm = inline_serializer("TemplateForm", FIELDS)
TemplateShown = inline_serializer(
    "TemplateShown",
    FIELDS
    | {
        "version": serializers.IntegerField(),
        "created_at": serializers.DateTimeField(),
        "updated_at": serializers.DateTimeField(),
    },
)
TemplateList = inline_serializer(
    "TemplateList",
    {"data": type(TemplateShown)(many=True), "next": serializers.CharField(allow_null=True)},
)


VersionList = inline_serializer(
    "TemplateVersionList",
    {
        "data": inline_serializer(
            "TemplateVersion",
            {
                "number": serializers.IntegerField(),
                "definition": serializers.DictField(),
                "sha256": serializers.CharField(),
                "note": serializers.CharField(),
                "author": serializers.CharField(),
                "created_at": serializers.DateTimeField(),
            },
            many=True,
        ),
        "next": serializers.CharField(allow_null=True),
    },
)
PreviewForm = inline_serializer(
    "TemplatePreviewForm",
    {
        "channel": serializers.ChoiceField(choices=list(CHANNELS), required=False),
        "language": serializers.CharField(required=False, help_text="chooses the variant, such as zh-Hans"),
        **{root: serializers.DictField(required=False) for root in sorted(ROOTS)},
    },
)
PreviewShown = inline_serializer(
    "TemplatePreview",
    {
        **{part: serializers.CharField(allow_null=True) for part in PARTS},
        "warnings": inline_serializer(
            "TemplateWarning",
            {name: serializers.CharField() for name in ("path", "message", "hint")},
            many=True,
        ),
    },
)
KNOWN: Final = f"Templates read {', '.join(sorted(ROOTS))}."
CHOICES: Final = ("channel", "language")
SAMPLE_LINKS: Final = {
    "unsubscribe": "https://example.com/unsubscribe",
    "preferences": "https://example.com/preferences",
}


class Templates(APIView):
    """The templates of the workspace."""

    scope: ClassVar = {"GET": "templates:read", "POST": "templates:write"}
    paged = True

    @extend_schema(operation_id="templates_list", tags=["templates"], responses=TemplateList)
    def get(self, request: Request) -> Response:
        """Return the templates in the order of their keys."""
        page = CursorPage("key").page(templates(key_of(request).workspace_id), request.query_params)
        return Response(page.as_json(_shown))

    @extend_schema(
        operation_id="template_define",
        tags=["templates"],
        request=TemplateForm,
        responses={201: TemplateShown},
        examples=EXAMPLES,
    )
    def post(self, request: Request) -> Response:
        """Define a template, or the next version of the one with its key; the same definition again adds nothing."""
        return Response(_defined(request, request.data), status=201)


class OneTemplate(APIView):
    """One template, by its key."""

    scope: ClassVar = {"GET": "templates:read", "PUT": "templates:write"}

    @extend_schema(operation_id="template_get", tags=["templates"], responses=TemplateShown)
    def get(self, request: Request, key: str) -> Response:
        """Return the template with its live version."""
        return Response(_shown(_template(request, key)))

    @extend_schema(
        operation_id="template_put",
        tags=["templates"],
        request=TemplateForm,
        responses=TemplateShown,
        examples=EXAMPLES,
    )
    def put(self, request: Request, key: str) -> Response:
        """Define the template anew. New messages are made from it; those under way keep their version."""
        raw = request.data
        if isinstance(raw, Mapping) and raw.get("key", key) != key:
            raise refuse("/key", f"the address says {key!r}", "Leave the key out, or use the template's own address.")
        return Response(_defined(request, {"key": key, **raw} if isinstance(raw, Mapping) else raw))


class Versions(APIView):
    """The versions of one template."""

    scope: ClassVar = {"GET": "templates:read"}
    paged = True

    @extend_schema(operation_id="template_versions", tags=["templates"], responses=VersionList)
    def get(self, request: Request, key: str) -> Response:
        """Return the versions with their definitions, newest first."""
        rows = versions(_template(request, key))
        return Response(CursorPage("-number").page(rows, request.query_params).as_json(_version_shown))


class Preview(APIView):
    """What a person would get."""

    scope: ClassVar = {"POST": "templates:read"}

    @extend_schema(
        operation_id="template_preview",
        tags=["templates"],
        request=PreviewForm,
        responses=PreviewShown,
        examples=[OpenApiExample("for Anni", value={"person": {"first_name": "Anni"}}, request_only=True)],
    )
    def post(self, request: Request, key: str) -> Response:
        """Render the live version for made-up data. Nothing is sent; a missing variable is a 422 that names it."""
        raw = request.data
        chosen = {name: raw[name] for name in CHOICES if name in raw} if isinstance(raw, Mapping) else {}
        if odd := [name for name, value in chosen.items() if not isinstance(value, str)]:
            raise refuse(f"/{odd[0]}", "not a text", "Send a JSON string.")
        rest = {n: value for n, value in raw.items() if n not in CHOICES} if isinstance(raw, Mapping) else raw
        context = _preview_context(rest)
        shown = preview(_template(request, key), context, now=clock.now(), **chosen)
        return Response({**asdict(shown.rendered), "warnings": [asdict(problem) for problem in shown.warnings]})


def _preview_context(raw: Any) -> dict[str, Any]:
    """Take the roots that templates read out of the body; the links are made up when none are given."""
    if not isinstance(raw, Mapping):
        raise refuse("", "a preview takes an object", 'Send {"person": {…}, "event": {…}}.')
    unknown = [Problem(path=f"/{name}"[:100], message="unknown field", hint=KNOWN) for name in raw if name not in ROOTS]
    odd = [
        Problem(path=f"/{name}", message="not an object", hint="Send an object of names and values.")
        for name in ROOTS & set(raw)
        if not isinstance(raw[name], dict)
    ]
    if unknown or odd:
        raise InputRefused([*unknown, *odd])
    return {"person": {}, "event": {}, "run": {}, "brand": {}, "links": SAMPLE_LINKS, **raw}


def _template(request: Request, key: str) -> Template:
    return templates(key_of(request).workspace_id).filter(key=key).first() or missing(f"template {key}")


def _defined(request: Request, raw: Any) -> dict[str, Any]:
    template = define(key_of(request).workspace_id, raw, actor=current_actor(), now=clock.now())
    return _shown(template)


def _shown(template: Template) -> dict[str, Any]:
    live = template.live
    return {
        **(live.definition if live else {"key": template.key}),
        "version": live.number if live else None,
        "created_at": template.created_at,
        "updated_at": template.updated_at,
    }


def _version_shown(version: TemplateVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "definition": version.definition,
        "sha256": version.sha256,
        "note": version.note,
        "author": version.author,
        "created_at": version.created_at,
    }
