"""Changes over the API that may be sent twice: under an `Idempotency-Key` the second gets the answer of the first."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final

from django.db import connection, transaction
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.access.authentication import key_of
from compliance.access.models import AnsweredRequest
from config.kit import clock
from config.kit.errors import Conflict, refuse
from config.kit.versions import digest

HEADER: Final = "Idempotency-Key"
REPEATED: Final = "Idempotency-Repeated"
LONGEST: Final = 200
REMEMBERED: Final = timedelta(days=2)
PARAMETER: Final = OpenApiParameter(
    HEADER, str, OpenApiParameter.HEADER, description="The same key with the same request: the same answer, done once."
)
View = Callable[..., Response]


def repeatable(view: View) -> View:
    """Let a method of an API view be repeated: what was answered under the caller's key is answered again.

    A refused request is not remembered. One that is under way makes its repetition wait for its end.
    """

    @wraps(view)
    def answered(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        given = request.headers.get(HEADER)
        if given is None:
            return view(self, request, *args, **kwargs)
        if not 0 < len(given) <= LONGEST:
            raise refuse(f"/{HEADER}", f"has {len(given)} characters", f"send 1 to {LONGEST}, such as a UUID")
        return _once(given, request, lambda: view(self, request, *args, **kwargs))

    return answered


@transaction.atomic
def _once(given: str, request: Request, carry_out: Callable[[], Response]) -> Response:
    key, asked, now = _key(given, request), _digest(request), clock.now()
    _forget(key_of(request).workspace_id, now)
    if not _is_first(key, asked, key_of(request).workspace_id, now):
        return _again(AnsweredRequest.objects.get(key=key), asked)
    response = carry_out()
    answer = json.loads(JSONRenderer().render(response.data)) if response.data is not None else None
    AnsweredRequest.objects.filter(key=key).update(status=response.status_code, answer=answer)
    return response


def _is_first(key: str, asked: str, workspace_id: int, now: datetime) -> bool:
    """Take the key; whoever holds it in a transaction that is not over yet is waited for."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [workspace_id, key, asked, now])
        return bool(cursor.rowcount)


def _again(known: AnsweredRequest, asked: str) -> Response:
    if known.digest != asked:
        raise Conflict(f"This {HEADER} was used for another request. Take a new one for each change.")
    return Response(known.answer, status=known.status, headers={REPEATED: "true"})


def _key(given: str, request: Request) -> str:
    return hashlib.sha256(f"{key_of(request).id}\x1f{given}".encode()).hexdigest()


def _digest(request: Request) -> str:
    return digest([request.method, request.get_full_path(), request.data])


def _forget(workspace_id: int, now: datetime) -> None:
    AnsweredRequest.objects.filter(workspace_id=workspace_id, at__lt=now - REMEMBERED).delete()


TAKE: Final = """
insert into compliance_answeredrequest (workspace_id, key, digest, status, at) values (%s, %s, %s, 0, %s)
on conflict (key) do nothing
"""
