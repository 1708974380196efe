"""What every API view shares: the strict body parser and the one form of errors (RFC 9457 problem JSON)."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import IO, Any, Final, NoReturn

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.parsers import JSONParser
from rest_framework.response import Response

from config.kit import strict_json
from config.kit.errors import Conflict, InputRefused, Problem
from config.kit.paging import CursorPage

__all__ = ["CursorPage", "StrictJSONParser", "not_found", "problem_http", "problem_response", "server_error"]

log = logging.getLogger(__name__)
MAX_BODY: Final = 1024 * 1024
PROBLEM_JSON: Final = "application/problem+json"
API_PATHS: Final = ("/v1/", "/api/")


class BodyTooLarge(exceptions.APIException):
    """A body over the view's `max_body` (default 1 MiB)."""

    status_code = 413
    default_code = "body_too_large"


class StrictJSONParser(JSONParser):
    """JSON bodies read by `strict_json`, with a size limit that a view may set as `max_body`."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        limit = getattr((parser_context or {}).get("view"), "max_body", MAX_BODY)
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise BodyTooLarge(f"The body is larger than {limit} bytes. Send less at a time.")
        return strict_json.read(body)


def problem_response(exc: Exception, context: dict[str, Any]) -> Response:
    """Turn any exception of an API view into problem JSON; an unexpected one is logged and answered with 500."""
    request = context.get("request")
    status, detail, errors = _read(exc)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("API request %s failed", _request_id(request), exc_info=exc)
    body = _body(status, detail=detail, errors=errors, request_id=_request_id(request))
    return Response(body, status=status, headers=_headers(exc, status), content_type=PROBLEM_JSON)


def problem_http(
    request: HttpRequest, *, status: int, detail: str, errors: Sequence[Problem] = (), title: str = ""
) -> HttpResponse:
    """Answer with problem JSON from a plain Django view."""
    body = _body(status, detail=detail, errors=errors, request_id=_request_id(request), title=title)
    return JsonResponse(body, status=status, content_type=PROBLEM_JSON)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an unknown address: problem JSON below the API's paths, a page elsewhere."""
    if request.path.startswith(API_PATHS):
        return problem_http(request, status=404, detail=f"Nothing lives at {request.path}. See /api/docs.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a failure outside an API view: problem JSON below the API's paths, a page elsewhere."""
    if request.path.startswith(API_PATHS):
        return problem_http(request, status=500, detail=_SORRY)
    return defaults.server_error(request)


def missing(what: str) -> NoReturn:
    """Raise the 404 that says what was not found."""
    raise exceptions.NotFound(f"{what} does not exist in this workspace.")


_SORRY: Final = "The request failed on our side; the request id leads to the log entry."
_AWAY: Final = "The database cannot be reached at the moment. Send the request again shortly."


def _read(exc: Exception) -> tuple[int, str, Sequence[Problem]]:
    answer: tuple[int, str, Sequence[Problem]] = (500, _SORRY, ())
    match exc:
        case strict_json.Malformed():
            answer = 400, "The request cannot be read; `errors` names the place.", exc.problems
        case InputRefused():
            answer = 422, "The input was refused; `errors` names each place and the way out.", exc.problems
        case Conflict():
            answer = 409, str(exc), exc.problems
        case exceptions.ValidationError():
            answer = 422, "The input was refused; `errors` names each place.", _flatten(exc.detail, "")
        case exceptions.APIException():
            answer = exc.status_code, str(exc.detail), ()
        case Http404():
            answer = 404, str(exc) or "There is no such object in this workspace.", ()
        case PermissionDenied():
            answer = 403, str(exc) or "This key may not do that.", ()
        case RequestDataTooBig():
            answer = 413, "The body is too large. Send less at a time.", ()
        case OperationalError() | InterfaceError():
            answer = 503, _AWAY, ()
    return answer


def _flatten(detail: Any, path: str) -> list[Problem]:
    if isinstance(detail, Mapping):
        return [p for name, child in detail.items() for p in _flatten(child, f"{path}/{strict_json.pointer(name)}")]
    if isinstance(detail, list | tuple):
        return [p for child in detail for p in _flatten(child, path)]
    return [Problem(path=path, message=str(detail))]


def _headers(exc: Exception, status: int) -> dict[str, str]:
    headers: dict[str, str] = {}
    if auth_header := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    wait = getattr(exc, "wait", None) or (1 if status == HTTPStatus.SERVICE_UNAVAILABLE else None)
    if wait:
        headers["Retry-After"] = str(int(wait))
    return headers


def _body(status: int, *, detail: str, errors: Sequence[Problem], request_id: str, title: str = "") -> dict[str, Any]:
    phrase = HTTPStatus(status).phrase
    return {
        "type": f"urn:signalbox:problem:{phrase.lower().replace(' ', '-')}",
        "title": title or phrase,
        "status": status,
        "detail": detail,
        "request_id": request_id,
        "errors": [{"path": p.path, "message": p.message, "hint": p.hint} for p in errors],
    }


def _request_id(request: Any) -> str:
    return str(request.META.get("signalbox.request_id", "")) if request is not None else ""
