"""`/v1/imports`: bring a file and say what its columns mean, see how far it is, fetch the rows that were refused."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audiences.imports import verbs
from audiences.imports.mapping import MEANINGS
from audiences.imports.models import Import
from audiences.imports.reading import DELIMITERS, ENCODINGS, FORMS, QUOTES, reading_of
from audiences.imports.report import counts_of, refused_file
from audiences.imports.uploads import IntoStorage, stored_file
from audiences.imports.values import TYPES
from compliance import audit, jobs
from compliance.access.authentication import key_of
from config.kit import clock, strict_json
from config.kit.actors import current_actor
from config.kit.api import CursorPage, missing
from config.kit.errors import InputRefused, Problem, refuse

PLAN: Final = {
    "what": "events",
    "event": "purchase",
    "zone": "Asia/Shanghai",
    "columns": [
        {"column": "member_no", "to": "user_id"},
        {"column": "order_no", "to": "message_id"},
        {"column": "paid_at", "to": "time"},
        {"column": "amount", "to": "field", "name": "amount", "type": "number"},
    ],
}
STARTED: Final = {
    "id": "01922ec5-7e00-7a3d-8f00-5b1f6c2a0000",
    "name": "orders.csv",
    "state": "queued",
    "mapping": PLAN,
    "counts": None,
}
COUNTS: Final = {"rows": 155_848, "accepted": 155_846, "repeated": 0, "refused": 2}


class ColumnForm(serializers.Serializer[Any]):
    column = serializers.CharField(help_text="the column's name in the file")
    to = serializers.ChoiceField(choices=MEANINGS, help_text="what it means; `field`: a property, or a person's trait")
    name = serializers.CharField(required=False, help_text="the property or trait; for consent `channel/purpose`")
    type = serializers.ChoiceField(choices=TYPES, default="text")


class MappingForm(serializers.Serializer[Any]):
    what = serializers.ChoiceField(choices=Import.What.choices, help_text="calls: lines as /v1/batch takes them")
    event = serializers.CharField(required=False, help_text="the events' name, where no column holds it")
    zone = serializers.CharField(default="UTC", help_text="of times that have no offset")
    separator = serializers.CharField(default=";", help_text="between the items of a list")
    columns = ColumnForm(many=True, required=False)


class ReadingForm(serializers.Serializer[Any]):
    form = serializers.ChoiceField(choices=FORMS)
    encoding = serializers.ChoiceField(choices=list(ENCODINGS))
    delimiter = serializers.ChoiceField(choices=DELIMITERS)
    quote = serializers.ChoiceField(choices=QUOTES)
    header = serializers.BooleanField()


class UploadForm(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="CSV or JSON lines")
    mapping = serializers.CharField(required=False, help_text="JSON as in `mapping` of the answer; left out: guessed")
    reading = serializers.CharField(required=False, help_text="JSON; what is left out is found out from the file")
    run = serializers.ChoiceField(
        choices=["import", "check", "no"], default="import", help_text="check: look through all rows, write nothing"
    )


class CountsView(serializers.Serializer[Any]):
    rows = serializers.IntegerField()
    accepted = serializers.IntegerField()
    repeated = serializers.IntegerField(help_text="rows that had been imported before")
    refused = serializers.IntegerField()
    reasons = serializers.DictField(child=serializers.IntegerField(), help_text="refused rows by reason")
    columns = serializers.DictField(child=serializers.IntegerField(), help_text="refused rows by column")
    examples = serializers.ListField(child=serializers.DictField(), help_text="the first refused rows")


class ImportView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.CharField(help_text="draft, or the state of its job")
    reading = ReadingForm()
    mapping = MappingForm()
    job = serializers.UUIDField(allow_null=True, help_text="/v1/jobs/{id} tells how far it is")
    check = serializers.UUIDField(allow_null=True, help_text="the job that looked through the whole file")
    counts = CountsView(allow_null=True)
    created_at = serializers.DateTimeField()


class ImportPage(serializers.Serializer[Any]):
    data = ImportView(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True)


class Imports(APIView):
    """All imports of the workspace."""

    scope: ClassVar = {"GET": "imports:read", "POST": "imports:write"}
    parser_classes = (MultiPartParser,)
    paged = True
    pages: ClassVar = CursorPage("-created_at", "id")

    @extend_schema(operation_id="imports", tags=["imports"], responses=ImportPage)
    def get(self, request: Request) -> Response:
        """Return imports, the latest first."""
        found = verbs.imports(key_of(request).workspace_id)
        return Response(self.pages.page(found, request.query_params).as_json(shown_import))

    @extend_schema(
        operation_id="import_create",
        tags=["imports"],
        request={"multipart/form-data": UploadForm},
        responses={202: ImportView},
        examples=[
            OpenApiExample(
                "orders of a shop",
                value={"file": "@orders.csv", "mapping": json.dumps(PLAN)},
                request_only=True,
                media_type="multipart/form-data",
            ),
            OpenApiExample("started", value=STARTED, response_only=True, status_codes=["202"]),
        ],
    )
    def post(self, request: Request) -> Response:
        """Bring a file and start its import.

        `curl -H "Authorization: Bearer $SECRET_KEY" -F file=@orders.csv -F 'mapping={"what": "events", "event":
        "purchase", "columns": [{"column": "member_no", "to": "user_id"}, {"column": "paid_at", "to": "time"}]}' …`
        The file is stored as it comes in. A mapping that cannot work is refused, and nothing is kept.
        """
        now, actor = clock.now(), current_actor()
        plain = request._request  # noqa: SLF001  upload handlers are set before the body is looked at
        handler = IntoStorage(plain, workspace_id=key_of(request).workspace_id, now=now)
        plain.upload_handlers = [handler]
        data: Mapping[str, Any] = request.data  # type: ignore[assignment]  # a form's, never a list
        file = stored_file(plain, handler, request.FILES)
        try:
            found = verbs.create(file, actor=actor, now=now)
            if reading := _json(data, "reading"):
                verbs.set_reading(found, reading_of({**found.reading, **reading}))
            verbs.set_plan(found, _json(data, "mapping") or found.mapping)
            _start(found, str(data.get("run") or "import"), actor=actor, now=now)
        except InputRefused:
            jobs.forget_file(file.workspace_id, file.id)
            verbs.imports(file.workspace_id).filter(file_id=file.id).delete()
            raise
        return Response(shown_import(found), status=202)


class OneImport(APIView):
    """One import."""

    scope = "imports:read"

    @extend_schema(
        operation_id="import",
        tags=["imports"],
        responses=ImportView,
        examples=[
            OpenApiExample("done", value={"name": "orders.csv", "state": "done", "counts": COUNTS}, response_only=True)
        ],
    )
    def get(self, request: Request, import_id: UUID) -> Response:
        """Return how far an import is, and what came of its rows."""
        return Response(shown_import(_import(request, import_id)))


class RefusedRows(APIView):
    """The rows that were refused."""

    scope = "imports:read"

    @extend_schema(operation_id="import_refused", tags=["imports"], responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def get(self, request: Request, import_id: UUID) -> HttpResponseBase:
        """Fetch the refused rows as CSV: the original columns, then line, column, problem and what was expected."""
        return refused_answer(_import(request, import_id))


def refused_answer(found: Import) -> StreamingHttpResponse:
    """Stream the refused rows, and put it on the trail that somebody took them."""
    audit.record(
        "import.refused_taken",
        workspace_id=found.workspace_id,
        object_kind="import",
        object_id=found.pk,
        at=clock.now(),
    )
    response = StreamingHttpResponse(refused_file(found), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = jobs.disposition(f"refused-{found.name.rsplit('.', 1)[0]}.csv")
    response.headers["Cache-Control"] = "no-store"
    return response


def shown_import(found: Import) -> dict[str, Any]:
    """Return an import as the API shows it."""
    job = jobs.find_job(found.workspace_id, found.job_id) if found.job_id else None
    return {
        "id": found.pk,
        "name": found.name,
        "state": job.state if job else "draft",
        "reading": {name: value for name, value in found.reading.items() if name != "start"},
        "mapping": found.mapping,
        "job": found.job_id,
        "check": found.check_id,
        "counts": counts_of(job),
        "created_at": found.created_at,
    }


def _json(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    text = data.get(name) or "{}"
    try:
        found = strict_json.read(str(text).encode())
    except InputRefused as refused:
        problems = [Problem(path=f"/{name}{p.path}", message=p.message, hint=p.hint) for p in refused.problems]
        raise InputRefused(problems) from None
    if not isinstance(found, dict):
        raise refuse(f"/{name}", "is not a JSON object")
    return found


def _start(found: Import, wanted: str, **given: Any) -> None:
    match wanted:
        case "import":
            verbs.start_run(found, **given)
        case "check":
            verbs.start_check(found, **given)
        case "no":
            return
        case _:
            raise refuse("/run", "is unknown", "One of import, check, no.")


def _import(request: Request, import_id: UUID) -> Import:
    return verbs.find_import(key_of(request).workspace_id, import_id) or missing(f"The import {import_id}")
