"""What a cell shows: its column's template, else its value by the value's type."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.template.loader import get_template, render_to_string
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.kit.labels import Label
from config.kit.lists.parts import Column, Row
from config.kit.templatetags.kit import num, when

DASH = SafeString("–")


def cell(column: Column, row: Row) -> SafeString:
    """Return the inside of one cell."""
    value = column.value(row)
    if column.cell:
        return SafeString(get_template(column.cell).render({"row": row, "value": value}))
    shown = _shown(value, column.style)
    if column.link:
        shown = format_html('<a href="{}" title="{}">{}</a>', column.link(row), _text(value), shown)
    if column.sub and (second := column.sub(row)):
        shown = format_html('{}<span class="sub mono">{}</span>', shown, second)
    return shown


def plain(value: Any) -> str:
    """Return a value as an export writes it: instants in UTC, words without their badges."""
    match value:
        case None:
            return ""
        case datetime():
            return value.isoformat()
        case list() | tuple():
            return ", ".join(plain(item) for item in value)
        case _:
            return str(value)


def _shown(value: Any, style: str) -> SafeString:
    match value:
        case None | "" | [] | ():
            return DASH
        case Label():
            return _badge(value)
        case datetime():
            return format_html("{}", when(value, style or "full"))
        case bool() | str() | Promise():
            return format_html("<code>{}</code>", value) if style == "code" else format_html("{}", value)
        case int() | float() | Decimal():
            return SafeString(num(value))
        case _:
            return format_html("{}", plain(value))


def _text(value: Any) -> str:
    return "" if isinstance(value, datetime) else plain(value)


def _badge(label: Label) -> SafeString:
    return SafeString(render_to_string("kit/lists/badge.html", {"label": label}))
