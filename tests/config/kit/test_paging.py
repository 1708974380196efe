"""A walk through the pages sees every row once, whatever the order and however equal the values."""

from datetime import UTC, datetime, timedelta

import pytest

from compliance.models import AuditEntry
from config.kit.paging import CursorPage
from config.kit.strict_json import Malformed

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def rows(db):
    AuditEntry.objects.bulk_create(
        AuditEntry(workspace_id=1, at=START + timedelta(hours=n // 3), actor="a", action="x", object_id=str(n))
        for n in range(10)
    )
    return AuditEntry.objects.all()


def walk(pages, rows, limit):
    seen, cursor = [], None
    while True:
        page = pages.page(rows, {"limit": str(limit)} | ({"cursor": cursor} if cursor else {}))
        seen += [row.pk for row in page.rows]
        if not (cursor := page.next):
            return seen


@pytest.mark.parametrize("order", [("id",), ("-id",), ("-at", "id"), ("at", "-id"), ("-at", "-id")])
@pytest.mark.parametrize("limit", [1, 3, 10, 200])
def test_every_row_is_seen_once_in_order(rows, order, limit):
    assert walk(CursorPage(*order), rows, limit) == [row.pk for row in rows.order_by(*order)]


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "201"}, {"limit": "x"}, {"limit": "²"}, {"cursor": "@@"}])
def test_a_bad_limit_or_cursor_is_refused(rows, query):
    with pytest.raises(Malformed):
        CursorPage("id").page(rows, query)


def test_a_cursor_of_another_list_or_with_a_wrong_value_is_refused(rows):
    other = CursorPage("-at", "id").cursor(rows[0])
    with pytest.raises(Malformed):
        CursorPage("id").page(rows, {"cursor": other})
    pages = CursorPage("id")
    row = rows[0]
    row.id = "no number"
    with pytest.raises(Malformed):
        pages.page(rows, {"cursor": pages.cursor(row)})
