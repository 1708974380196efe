"""`/v1/tables`: decision tables: defined, checked, tried on an event, out of spreadsheets and into them."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audiences.conditions import EventFact, Facts
from campaigns.rules.checking import check_draft
from campaigns.rules.define import define_or_submit
from campaigns.rules.form import RuleForm, parse_rule
from campaigns.rules.lint import Finding, sentence
from campaigns.rules.models import Rule
from campaigns.rules.tables import pasting
from campaigns.rules.tables.api_shapes import (
    EXAMPLES,
    FILE_EXAMPLES,
    LANGUAGE,
    PAGING,
    PASTE_EXAMPLES,
    TABLE,
    TRY_EXAMPLES,
    Asked,
    Checked,
    Paste,
    PastedShown,
    TableList,
    TableShown,
    Tried,
    WorkbookParser,
)
from campaigns.rules.tables.pasted import as_table
from campaigns.rules.tables.rules import Hit, as_rules, hits, reading, verdict
from campaigns.rules.tables.workbook import MEDIA_TYPE, read_workbook, write_workbook
from compliance.access.authentication import key_of
from config.kit import clock
from config.kit.actors import current_actor
from config.kit.api import CursorPage, missing
from config.kit.errors import InputRefused, refuse

MAX_BODY: Final = 5 * 1024 * 1024


class Tables(APIView):
    """The decision tables of the workspace."""

    scope: ClassVar = {"GET": "rules:read", "POST": "rules:write"}
    max_body: ClassVar = MAX_BODY

    @extend_schema(operation_id="tables_list", tags=["tables"], parameters=PAGING, responses=TableList)
    def get(self, request: Request) -> Response:
        """Return the tables in the order of their keys."""
        rows = Rule.objects.filter(workspace_id=key_of(request).workspace_id, live__definition__has_key="rows")
        return Response(CursorPage("key").page(rows.select_related("live"), request.query_params).as_json(_table))

    @extend_schema(
        operation_id="table_define", tags=["tables"], request=TABLE, responses={201: TableShown}, examples=EXAMPLES
    )
    def post(self, request: Request) -> Response:
        """Define a table. The same definition again adds nothing; another one with its key is its next version."""
        return Response(_defined(request, request.data), status=201)


class OneTable(APIView):
    """One decision table, by its key."""

    scope: ClassVar = {"GET": "rules:read", "PUT": "rules:write"}
    max_body: ClassVar = MAX_BODY

    @extend_schema(operation_id="table_get", tags=["tables"], responses=TableShown)
    def get(self, request: Request, key: str) -> Response:
        """Return the table and its live definition."""
        return Response(_table(_found(request, key)))

    @extend_schema(operation_id="table_put", tags=["tables"], request=TABLE, responses=TableShown, examples=EXAMPLES)
    def put(self, request: Request, key: str) -> Response:
        """Define the table anew."""
        raw = request.data
        if isinstance(raw, Mapping) and raw.get("key", key) != key:
            raise refuse("/key", f"the address says {key!r}", "leave the key out, or use the table's own address")
        return Response(_defined(request, {"key": key, **raw} if isinstance(raw, Mapping) else raw))


class Validate(APIView):
    """Reads and checks; stores nothing."""

    scope: ClassVar = {"POST": "rules:read"}
    max_body: ClassVar = MAX_BODY

    @extend_schema(
        operation_id="table_validate",
        tags=["tables"],
        request=TABLE,
        parameters=[LANGUAGE],
        responses=Checked,
        examples=EXAMPLES,
    )
    def post(self, request: Request) -> Response:
        """Return every fault of a definition, or what the static checks say about it."""
        return Response(_checked(request, request.data))


class Try(APIView):
    """Tries one event; stores nothing."""

    scope: ClassVar = {"POST": "rules:read"}
    max_body: ClassVar = MAX_BODY

    @extend_schema(operation_id="table_try", tags=["tables"], request=Asked, responses=Tried, examples=TRY_EXAMPLES)
    def post(self, request: Request) -> Response:
        """Return which rows an event hits, which are taken, what is done, and why."""
        given = _object(request.data, "")
        form = _form(given["table"]) if "table" in given else _stored_form(request, str(given.get("key", "")))
        facts = _facts(given)
        found = hits(form, facts)
        taken = [hit.row for hit in found if hit.taken]
        acts = (
            [action for row in form.table.rows if row.number in taken for action in row.actions] if form.table else []
        )
        return Response(
            {
                "rows": [_hit(hit) for hit in found],
                "actions": [{action.kind: action.as_json()} for action in dict.fromkeys(acts)],
                "columns": reading(form, facts),
                "verdict": verdict(form, facts).as_json(),
            }
        )


class AsRules(APIView):
    """The ordinary rules that a table stands for."""

    scope: ClassVar = {"GET": "rules:read"}

    @extend_schema(operation_id="table_rules", tags=["tables"], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, key: str) -> Response:
        """Return a rule for each row that does something."""
        return Response({"data": as_rules(_stored_form(request, key))})


class Download(APIView):
    """A table as a file."""

    scope: ClassVar = {"GET": "rules:read"}

    @extend_schema(operation_id="table_xlsx", tags=["tables"], responses={(200, MEDIA_TYPE): OpenApiTypes.BINARY})
    def get(self, request: Request, key: str) -> HttpResponse:
        """Return the table as an XLSX file, which can be read again."""
        content = write_workbook(_stored_form(request, key))
        name = key if key.isascii() else "table"
        headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
        return HttpResponse(content, content_type=MEDIA_TYPE, headers=headers)


class Upload(APIView):
    """A file as a table; nothing is stored."""

    scope: ClassVar = {"POST": "rules:read"}
    parser_classes = (WorkbookParser,)

    @extend_schema(
        operation_id="table_read_xlsx",
        tags=["tables"],
        request={MEDIA_TYPE: OpenApiTypes.BINARY},
        parameters=[OpenApiParameter("key", str, description="the table whose columns the file has"), LANGUAGE],
        responses=Checked,
        examples=FILE_EXAMPLES,
    )
    def post(self, request: Request) -> Response:
        """Return the definition that an XLSX file holds, checked: to be looked at, and then defined."""
        key = request.query_params.get("key")
        base = _stored_form(request, key).definition if key else None
        content: Any = request.data  # what WorkbookParser returns
        return Response(_checked(request, read_workbook(content, base=base)))


class PasteCells(APIView):
    """Copied cells as rows; nothing is stored."""

    scope: ClassVar = {"POST": "rules:read"}
    max_body: ClassVar = MAX_BODY

    @extend_schema(
        operation_id="table_paste", tags=["tables"], request=Paste, responses=PastedShown, examples=PASTE_EXAMPLES
    )
    def post(self, request: Request) -> Response:
        """Return a definition with the cells as its rows, and what each of them cannot be."""
        given = _object(request.data, "")
        text = given.get("text")
        if not isinstance(text, str):
            raise refuse("/text", "there are no cells", "send the text that the spreadsheet copied")
        table = None if given.get("table") is None else _object(given["table"], "/table")
        found = as_table(pasting.cells_of(text), table)
        return Response(
            {
                "table": found.definition,
                "errors": _errors(found.problems),
                "ignored": list(found.ignored),
                "missing": list(found.missing),
            }
        )


def _checked(request: Request, raw: Any) -> dict[str, Any]:
    try:
        form = _form(raw)
    except InputRefused as refused:
        return {"valid": False, "definition": None, "errors": _errors(refused.problems), "findings": []}
    found = check_draft(key_of(request).workspace_id, form)
    language = request.query_params.get("language", "en")
    told = [finding_json(each, language) for each in found]
    return {"valid": True, "definition": form.definition, "errors": [], "findings": told}


def finding_json(finding: Finding, language: str) -> dict[str, Any]:
    """Return a finding as the API tells it."""
    return {
        "kind": finding.kind,
        "severity": str(finding.severity),
        "rules": list(finding.rules),
        "rows": list(finding.rows),
        "path": finding.path,
        "said": sentence(finding, language),
        "witness": finding.witness,
    }


def _errors(problems: Any) -> list[dict[str, str]]:
    return [{"path": each.path, "message": each.message, "hint": each.hint} for each in problems]


def _form(raw: Any) -> RuleForm:
    form = parse_rule(raw)
    if form.table is None:
        raise refuse("/rows", "a decision table has rows", "define it under /v1/rules, or give it columns and rows")
    return form


def _defined(request: Request, raw: Any) -> dict[str, Any]:
    _form(raw)
    defined = define_or_submit(key_of(request).workspace_id, raw, actor=current_actor(), now=clock.now())
    waiting = defined.review
    told = {"revision": waiting.revision, "sha256": waiting.sha256} if waiting else None
    return {**_table(defined.rule), **({"review": told} if told else {})}


def _found(request: Request, key: str) -> Rule:
    rows = Rule.objects.select_related("live").filter(workspace_id=key_of(request).workspace_id, key=key)
    return rows.filter(live__definition__has_key="rows").first() or missing("This decision table")


def _stored_form(request: Request, key: str) -> RuleForm:
    rule = _found(request, key)
    return parse_rule(rule.live.definition if rule.live else None)


def _table(rule: Rule) -> dict[str, Any]:
    return {
        "key": rule.key,
        "name": rule.name,
        "version": rule.live.number if rule.live else 0,
        "mode": rule.mode,
        "enabled": rule.enabled,
        "definition": rule.live.definition if rule.live else {},
        "updated_at": rule.updated_at,
    }


def _hit(hit: Hit) -> dict[str, Any]:
    return {"row": hit.row, "taken": hit.taken, "verdict": hit.verdict.as_json()}


def _facts(given: Mapping[str, Any]) -> Facts:
    event = _object(given.get("event"), "/event")
    name, segments, now = event.get("name"), given.get("segments", []), clock.now()
    if not isinstance(name, str) or not name:
        raise refuse("/event/name", "the event has no name", 'such as {"name": "order_paid"}')
    if not isinstance(segments, list) or not all(isinstance(each, str) for each in segments):
        raise refuse("/segments", "is not a list of keys", 'such as ["vip"]')
    properties = _object(event.get("properties", {}), "/event/properties")
    return Facts(
        now=now,
        traits=_object(given.get("traits", {}), "/traits"),
        event=EventFact(name=name, at=now, properties=properties),
        segments=frozenset(segments),
        first_seen=now,
    )


def _object(raw: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise refuse(path, "is not a JSON object", "write it in braces")
    return raw
