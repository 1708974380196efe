"""`/v1/templates/validate`: what a definition would be refused for, and what a careful colleague would say of it."""

from typing import Any, ClassVar, Final

from drf_spectacular.utils import OpenApiExample, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kit.errors import InputRefused, Problem
from content.library.api import EXAMPLES, TemplateForm
from content.library.checking import Report, look_over
from content.library.definition import checked
from content.library.variants import Place

Looked = inline_serializer(
    "TemplateReport",
    {
        "valid": serializers.BooleanField(),
        "problems": inline_serializer(
            "TemplateProblem", {name: serializers.CharField() for name in ("path", "message", "hint")}, many=True
        ),
        "findings": inline_serializer(
            "TemplateFinding",
            {
                name: serializers.CharField()
                for name in ("channel", "locale", "check", "level", "part", "message", "hint")
            },
            many=True,
        ),
        "not_adapted": inline_serializer(
            "TemplateAlike",
            {
                "channels": serializers.ListField(child=serializers.CharField()),
                "locale": serializers.CharField(),
                "difference": serializers.FloatField(help_text="0 the same, 1 nothing in common; under 0.4 is flagged"),
            },
            many=True,
        ),
    },
)
ANSWER: Final = {
    "valid": True,
    "problems": [],
    "findings": [
        {
            "channel": "sms",
            "locale": "en",
            "check": "unsubscribe",
            "level": "warn",
            "part": "body",
            "message": "nothing says how to stop these messages",
            "hint": "End with “Reply STOP to end” or “拒收请回复R”.",
        }
    ],
    "not_adapted": [{"channels": ["email", "sms"], "locale": "en", "difference": 0.12}],
}


class Validate(APIView):
    """A definition before it is stored."""

    scope: ClassVar = {"POST": "templates:read"}

    @extend_schema(
        operation_id="template_validate",
        tags=["templates"],
        request=TemplateForm,
        responses=Looked,
        examples=[*EXAMPLES, OpenApiExample("what was found", value=ANSWER, response_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Say what is wrong with a template and what its author may have overlooked. Nothing is stored."""
        try:
            report = look_over(checked(request.data))
        except InputRefused as refusal:
            report = Report(problems=refusal.problems, findings={}, alike=[])
        return Response(_shown(report))


def _shown(report: Report) -> dict[str, Any]:
    return {
        "valid": not report.problems,
        "problems": [_problem(problem) for problem in report.problems],
        "findings": [
            {
                **_place(place),
                "check": found.check,
                "level": found.level,
                "part": found.part,
                "message": found.message,
                "hint": found.hint,
            }
            for place, here in report.findings.items()
            for found in here
        ],
        "not_adapted": [
            {"channels": [a.one[0], a.other[0]], "locale": a.one[1], "difference": round(a.difference, 3)}
            for a in report.alike
        ],
    }


def _problem(problem: Problem) -> dict[str, str]:
    return {"path": problem.path, "message": problem.message, "hint": problem.hint}


def _place(place: Place) -> dict[str, str]:
    return {"channel": place[0], "locale": place[1]}
