"""The OpenAPI document: what drf-spectacular finds, plus each operation's scope and the common form of errors."""

import inspect
import re
from typing import Any, Final

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

PROBLEM: Final = {
    "type": "object",
    "description": "Why a request was refused (RFC 9457).",
    "properties": {
        "type": {"type": "string", "example": "urn:signalbox:problem:unprocessable-entity"},
        "title": {"type": "string", "example": "Unprocessable Entity"},
        "status": {"type": "integer", "example": 422},
        "detail": {"type": "string", "description": "What went wrong, as a sentence."},
        "request_id": {"type": "string", "description": "Leads to the log entry; also in the header X-Request-Id."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "path": {"type": "string", "description": "JSON pointer to the faulty value."},
                    "message": {"type": "string", "description": "What is wrong with it."},
                    "hint": {"type": "string", "description": "The way out."},
                },
                "required": ["path", "message", "hint"],
            },
        },
    },
    "required": ["type", "title", "status", "detail", "request_id", "errors"],
}
REFUSALS: Final = {
    "400": "The body is not JSON, or a cursor or limit is wrong.",
    "401": "No key, or one that is unknown, expired or revoked.",
    "403": "The key lacks the scope.",
    "404": "There is no such object in this workspace.",
    "409": "The object exists already in another form.",
    "413": "The body is too large.",
    "415": "The body is of another type than JSON, or packed in an unknown way.",
    "422": "The input was refused; `errors` names each place and the way out.",
    "503": "The database is away for a moment; nothing was changed. Send it again.",
}
PAGE: Final = (
    OpenApiParameter("cursor", str, description="Take it unchanged from `next` of the page before."),
    OpenApiParameter("limit", int, description="How many, 1 to 200.", default=50),
)


class ScopedSchema(AutoSchema):
    """Adds the scope that an operation needs (`x-scope`) and the paging parameters of lists (`paged = True`)."""

    def get_extensions(self) -> dict[str, Any]:
        """Return the operation's own extensions."""
        scope = getattr(self.view, "scope", None)
        if isinstance(scope, dict):
            scope = scope.get(self.method, scope.get("*"))
        return {"x-scope": scope} if scope else {}

    def get_description(self) -> str:  # type: ignore[override]  # the stubs are those of an older base
        """Return what the method says of itself; the view's own words are for those who read the code."""
        return inspect.cleandoc(getattr(self.view, self.method.lower()).__doc__ or "")

    def get_override_parameters(self) -> list[Any]:
        """Return the paging parameters if the view says that it pages."""
        if self.method == "GET" and getattr(self.view, "paged", False):
            return list(PAGE)
        return []


def drop_short_names(endpoints: list[tuple[Any, ...]], **_given: Any) -> list[tuple[Any, ...]]:
    """Leave out the one-letter addresses, which are the same calls again (a pre-processing hook)."""
    return [endpoint for endpoint in endpoints if not re.fullmatch(r"/v1/[a-z]", endpoint[0])]


def describe_refusals(result: dict[str, Any], **_given: Any) -> dict[str, Any]:
    """Add the refusals that an operation can answer with (a post-processing hook of drf-spectacular)."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for path, methods in result["paths"].items():
        for method, operation in methods.items():
            answers = operation["responses"]
            for status in {*_statuses(path, method), *(status for status in answers if status in REFUSALS)}:
                answers[status] = _refusal(status)
            operation["responses"] = dict(sorted(answers.items()))
    return result


def _statuses(path: str, method: str) -> list[str]:
    reads = method == "get"
    wanted = ["400", "401", "403"]
    if "{" in path:
        wanted.append("404")
    return wanted if reads else [*wanted, "409", "422"]


def _refusal(status: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": REFUSALS[status], "content": content}
