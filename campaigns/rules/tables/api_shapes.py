"""What the API of decision tables takes and answers, as its reference shows it."""

from collections.abc import Mapping
from typing import IO, Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.parsers import BaseParser

from campaigns.rules.tables.workbook import MEDIA_TYPE, MOST_BYTES
from config.kit.api import BodyTooLarge

EXAMPLE: Final = {
    "key": "discounts",
    "on": ["order_paid"],
    "hit": "first",
    "columns": [{"property": "amount", "type": "number"}, {"trait": "city", "type": "text"}],
    "outputs": [{"name": "Flow", "then": {"start_flow": "{cell}"}}],
    "rows": [{"when": [">= 100", "Rome, Oslo"], "then": ["gold"]}, {"when": ["-", "-"], "then": ["thank-you"]}],
}
EXAMPLES: Final = [OpenApiExample("a table of two rows", value=EXAMPLE, request_only=True)]
TABLE: Final = OpenApiTypes.OBJECT
TRY_EXAMPLES: Final = [
    OpenApiExample(
        "an event on a draft",
        value={
            "table": EXAMPLE,
            "event": {"name": "order_paid", "properties": {"amount": 120}},
            "traits": {"city": "Rome"},
        },
        request_only=True,
    )
]
PASTE_EXAMPLES: Final = [
    OpenApiExample(
        "two rows", value={"text": "amount\tcity\tFlow\n>= 100\tRome\tgold\n-\t-\tsilver"}, request_only=True
    )
]
FILE_EXAMPLES: Final = [
    OpenApiExample("a file", value="the bytes of an XLSX file", request_only=True, media_type=MEDIA_TYPE)
]
TableShown = inline_serializer(
    "DecisionTable",
    {
        "key": serializers.CharField(),
        "name": serializers.CharField(),
        "version": serializers.IntegerField(),
        "mode": serializers.CharField(),
        "enabled": serializers.BooleanField(),
        "definition": serializers.JSONField(),
        "updated_at": serializers.DateTimeField(),
    },
)
TableList = inline_serializer(
    "DecisionTableList",
    {"data": serializers.ListField(child=TableShown), "next": serializers.CharField(allow_null=True)},
)
Checked = inline_serializer(
    "DecisionTableChecked",
    {
        "valid": serializers.BooleanField(),
        "definition": serializers.JSONField(allow_null=True, help_text="in its canonical form; null if not valid"),
        "errors": serializers.ListField(child=serializers.DictField()),
        "findings": serializers.ListField(child=serializers.DictField(), help_text="what the static checks say"),
    },
)
Asked = inline_serializer(
    "DecisionTableTry",
    {
        "key": serializers.CharField(required=False, help_text="a stored table; or else `table`"),
        "table": serializers.JSONField(required=False),
        "event": serializers.JSONField(help_text='{"name": …, "properties": {…}}'),
        "traits": serializers.JSONField(required=False),
        "segments": serializers.ListField(child=serializers.CharField(), required=False),
    },
)
Tried = inline_serializer(
    "DecisionTableTried",
    {
        "rows": serializers.ListField(child=serializers.DictField(), help_text="those that hold, and whether taken"),
        "actions": serializers.ListField(child=serializers.DictField()),
        "columns": serializers.JSONField(help_text="what each column sees"),
        "verdict": serializers.JSONField(help_text="leaf by leaf: the rows taken, or the nearest ones"),
    },
)
PastedShown = inline_serializer(
    "DecisionTablePasted",
    {
        "table": serializers.JSONField(),
        "errors": serializers.ListField(child=serializers.DictField()),
        "ignored": serializers.ListField(child=serializers.CharField()),
        "missing": serializers.ListField(child=serializers.CharField()),
    },
)
Paste = inline_serializer(
    "DecisionTablePaste",
    {
        "text": serializers.CharField(help_text="tab-separated cells, as a spreadsheet copies them"),
        "table": serializers.JSONField(required=False, help_text="the definition to whose columns they belong"),
    },
)
PAGING: Final = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]
LANGUAGE: Final = OpenApiParameter("language", str, description="of the findings' sentences: en (default) or zh")


class WorkbookParser(BaseParser):
    """The body is an XLSX file."""

    media_type = MEDIA_TYPE

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        content = stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise BodyTooLarge(f"The file is larger than {MOST_BYTES} bytes.")
        return content
