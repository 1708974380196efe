"""The public calls of the Segment HTTP spec: what a client library for it sends is accepted unchanged."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, ClassVar, Final

import msgspec
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException, NotAuthenticated, PermissionDenied
from rest_framework.request import Request
from rest_framework.views import APIView

from audiences.intake import envelopes, reference
from audiences.intake.accept import Call, ItemError, Receipt, accept
from audiences.intake.body import BodyRefused, read_body
from audiences.intake.models import EventKind
from compliance.access.authentication import KeyAuthentication
from compliance.access.keys import Key
from config.kit import clock
from config.kit.api import problem_http
from config.kit.errors import InputRefused, Problem
from config.kit.strict_json import Malformed

SCOPE: Final = "events:write"
_authentication: Final = KeyAuthentication()
_encoder: Final = msgspec.json.Encoder()


class IntakeView(APIView):
    """One call. `dispatch` answers itself: REST framework's own way would cost more than a small request."""

    kind: ClassVar[EventKind | None] = None
    scope = SCOPE

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if request.method != "POST":
                return _refuse(request, 405, "Send the call with POST.", headers={"Allow": "POST"})
            return self.post(request)
        except BodyRefused as refused:
            return _refuse(request, refused.status, refused.detail)
        except InputRefused as refused:
            status = 400 if isinstance(refused, Malformed) else 422
            return _refuse(request, status, "Nothing of the request was accepted.", errors=refused.problems)
        except APIException as refused:
            headers = {"WWW-Authenticate": _authentication.authenticate_header(Request(request))}
            return _refuse(request, refused.status_code, str(refused.detail), headers=headers)
        except (OperationalError, InterfaceError):
            detail = "The database cannot be reached at the moment; nothing was accepted. Send the request again."
            return _refuse(request, 503, detail, headers={"Retry-After": "1"})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Accept what the request brings."""
        return _answer(request, self.kind)


def _answer(request: HttpRequest, kind: EventKind | None) -> HttpResponse:
    received_at = clock.now()
    body = None
    if not request.META.get("HTTP_AUTHORIZATION"):
        body = read_body(request)
        if text := envelopes.write_key_in(body):
            request.META["HTTP_AUTHORIZATION"] = f"Bearer {text}"
            request.__dict__.pop("headers", None)  # Django's cached view of META
    workspace_id = _workspace(request)
    body = read_body(request) if body is None else body
    parcel = envelopes.open_batch(body) if kind is None else envelopes.open_single(body)
    call = Call(
        workspace_id=workspace_id, received_at=received_at, sent_at=parcel.sent_at, kind=kind, context=parcel.context
    )
    receipt = accept(call, parcel.items)
    if receipt.errors and not receipt.accepted and not receipt.duplicates:
        return _nothing_accepted(request, receipt, single=kind is not None)
    return HttpResponse(_encoder.encode(receipt), status=HTTPStatus.ACCEPTED, content_type="application/json")


def _workspace(request: HttpRequest) -> int:
    found = _authentication.authenticate(request)  # type: ignore[arg-type]  # it reads headers only
    if found is None:
        raise NotAuthenticated("Send the write key as basic-auth user, with an empty password.")
    key: Key = found[1]
    if not key.allows(SCOPE):
        raise PermissionDenied(f"This key lacks the scope {SCOPE}.")
    return key.workspace_id


def _nothing_accepted(request: HttpRequest, receipt: Receipt, *, single: bool) -> HttpResponse:
    problems = [Problem(path=_pointer(error, single=single), message=error.message) for error in receipt.errors]
    response = _refuse(request, 422, "No item was accepted; `errors` names what is wrong with each.", errors=problems)
    body = msgspec.json.decode(response.content)
    for entry, error in zip(body["errors"], receipt.errors, strict=True):
        entry |= {"index": error.index, "field": error.field, "reason": error.reason}
    response.content = _encoder.encode(body)
    return response


def _pointer(error: ItemError, *, single: bool) -> str:
    field = "".join(f"/{step}" for step in error.field.split(".") if step)
    return field if single else f"/batch/{error.index}{field}"


def _refuse(
    request: HttpRequest,
    status: int,
    detail: str,
    *,
    errors: Sequence[Problem] = (),
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    response = problem_http(request, status=status, detail=detail, errors=errors)
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


@extend_schema(tags=["Events in"])
class Batch(IntakeView):
    @extend_schema(
        operation_id="batch",
        request=reference.BATCH,
        responses=reference.RESPONSES,
        examples=[reference.batch_example()],
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        """Accept up to 500 kB of items of any kind; good ones are accepted whatever the others are like."""
        return super().post(request)


def _single(kind: EventKind, summary: str) -> type[IntakeView]:
    """Make the view of one call, described in the reference."""

    @extend_schema(tags=["Events in"])
    class Single(IntakeView):
        @extend_schema(
            operation_id=kind.name.lower(),
            summary=summary,
            request=reference.item(kind),
            responses=reference.RESPONSES,
            examples=[reference.example(kind)],
        )
        def post(self, request: HttpRequest) -> HttpResponse:
            return super().post(request)

    Single.kind = kind
    return Single


CALLS: Final[dict[str, tuple[type[IntakeView], str]]] = {
    "track": (_single(EventKind.TRACK, "Someone did something"), "t"),
    "identify": (_single(EventKind.IDENTIFY, "Who someone is"), "i"),
    "page": (_single(EventKind.PAGE, "Someone saw a page"), "p"),
    "screen": (_single(EventKind.SCREEN, "Someone saw a screen of an app"), "s"),
    "group": (_single(EventKind.GROUP, "Which group someone belongs to"), "g"),
    "alias": (_single(EventKind.ALIAS, "Someone has a new id"), "a"),
    "batch": (Batch, "b"),
}
"""Each call, its view, and the short name by which browser libraries call it."""
