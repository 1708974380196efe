"""Keyset paging: a page costs the same at the end of a list as at its start, and never repeats or skips a row."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.http import QueryDict

from config.kit.errors import Problem
from config.kit.strict_json import Malformed

Row = TypeVar("Row", bound=Model)
DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """Some rows in order, and the cursor that leads to the rows after them (None at the end)."""

    rows: Sequence[Row]
    next: str | None

    def as_json(self, of: Callable[[Row], Mapping[str, Any]]) -> dict[str, Any]:
        """Return the form in which every list of the API answers."""
        return {"data": [of(row) for row in self.rows], "next": self.next}


class CursorPage:
    """Pages a queryset by `order`, whose last field makes each row's place unique: `CursorPage("-last_seen", "id")`."""

    def __init__(self, *order: str) -> None:
        self.order = order
        self.fields = [(name.removeprefix("-"), name.startswith("-")) for name in order]

    def page(self, rows: QuerySet[Row], query: QueryDict | Mapping[str, str]) -> Page[Row]:
        """Return the page that `?cursor=` and `?limit=` ask for; a bad one raises `Malformed` (HTTP 400)."""
        limit = _limit(query.get("limit"))
        if cursor := query.get("cursor"):
            rows = rows.filter(self._after(self._values(rows.model, cursor)))
        found = list(rows.order_by(*self.order)[: limit + 1])
        more = len(found) > limit
        return Page(rows=found[:limit], next=self.cursor(found[limit - 1]) if more else None)

    def cursor(self, row: Model) -> str:
        """Return the cursor that leads to the rows after `row`."""
        values = [_field(type(row), name).value_to_string(row) for name, _descending in self.fields]
        return base64.urlsafe_b64encode(json.dumps([self._mark(), *values]).encode()).decode().rstrip("=")

    def _mark(self) -> str:
        return ",".join(self.order)

    def _values(self, model: type[Model], cursor: str) -> list[Any]:
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            mark, *texts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            if mark != self._mark() or len(texts) != len(self.fields) or any("\x00" in text for text in texts):
                raise ValueError
            pairs = zip(self.fields, texts, strict=True)
            return [_field(model, name).to_python(text) for (name, _descending), text in pairs]
        except (ValueError, TypeError, binascii.Error, ValidationError):
            raise _bad("cursor", "is not a cursor of this list", "Take it unchanged from `next`.") from None

    def _after(self, values: Sequence[Any]) -> Q:
        """Rows behind `values`; the bound on the first field alone is what lets PostgreSQL start inside the index."""
        first, descending = self.fields[0]
        bound = Q(**{f"{first}__{'lte' if descending else 'gte'}": values[0]})
        behind, equal = Q(), Q()
        for (name, down), value in zip(self.fields, values, strict=True):
            behind |= equal & Q(**{f"{name}__{'lt' if down else 'gt'}": value})
            equal &= Q(**{name: value})
        return bound & behind


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    field = model._meta.get_field(name)
    if not isinstance(field, Field):
        raise TypeError(f"{name} of {model.__name__} is not a column")
    return field


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_LIMIT):
        raise _bad("limit", f"is not a number from 1 to {MAX_LIMIT}", "Leave it out for 50.")
    return int(text)


def _bad(name: str, message: str, hint: str) -> Malformed:
    return Malformed([Problem(path=f"?{name}", message=message, hint=hint)])
