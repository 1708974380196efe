"""Pages of a list in any order, forwards and backwards: each costs the same, none repeats or skips a row.

Emptiness comes last in every order. A cursor says by which order it was made, so that it is never read by another.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, Model, Q, QuerySet
from django.utils.timezone import is_naive

from config.kit.errors import Problem
from config.kit.strict_json import Malformed

Rows: TypeAlias = QuerySet[Any]
LARGEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """By one path, then by the key; the key runs against the path, as our indexes do, so that one serves both ways."""

    path: str
    descending: bool
    nullable: bool = False

    @property
    def mark(self) -> str:
        """How a cursor names the order."""
        return f"-{self.path}" if self.descending else self.path

    @property
    def is_key(self) -> bool:
        """Whether the path is the key itself."""
        return self.path in ("pk", "id")

    def applied(self, rows: Rows, *, back: bool) -> Rows:
        """Return the rows in this order, or in the reverse of it."""
        down = self.descending != back
        if self.is_key:
            return rows.order_by("-pk" if down else "pk")
        key = "pk" if down else "-pk"
        if not self.nullable:
            return rows.order_by(f"-{self.path}" if down else self.path, key)
        path = F(self.path)
        empty_last = {"nulls_first": True} if back else {"nulls_last": True}
        return rows.order_by(path.desc(**empty_last) if down else path.asc(**empty_last), key)

    def beyond(self, values: Sequence[Any], *, back: bool) -> Q:
        """Rows behind `values` (in front of them with `back`)."""
        down, (*firsts, key) = self.descending != back, values
        if self.is_key:
            return Q(pk__lt=key) if down else Q(pk__gt=key)
        value = firsts[0]
        further = Q(pk__gt=key) if down else Q(pk__lt=key)
        empty = Q(**{f"{self.path}__isnull": True})
        if value is None:
            return (empty & further) | ~empty if back else empty & further
        # the bound on the path alone is what lets PostgreSQL start inside the index
        bound = Q(**{f"{self.path}__{'lte' if down else 'gte'}": value})
        behind = bound & (Q(**{f"{self.path}__{'lt' if down else 'gt'}": value}) | further)
        return behind | empty if self.nullable and not back else behind


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Some rows in order, and the cursors that lead on and back (empty where there is nothing)."""

    rows: Sequence[Any]
    next: str
    previous: str


def cut(rows: Rows, order: Order, *, cursor: str, back: bool, limit: int) -> Slice:
    """Return the rows behind `cursor`, or in front of it; a cursor of another list or order is `Malformed`."""
    if cursor:
        try:
            values = _values(rows, order, cursor)
        except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error, ValidationError):
            raise _foreign("?before" if back else "?cursor") from None
        rows = rows.filter(order.beyond(values, back=back))
    found = list(order.applied(rows, back=back)[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    if back:
        found.reverse()
    ends = (_cursor(order, found[-1]), _cursor(order, found[0])) if found else ("", "")
    has_next, has_previous = (True, more) if back else (more, bool(cursor))
    return Slice(rows=found, next=ends[0] if has_next else "", previous=ends[1] if has_previous else "")


def _cursor(order: Order, row: Model) -> str:
    values = [row.pk] if order.is_key else [_reached(row, order.path), row.pk]
    text = json.dumps([order.mark, *(_plain(value) for value in values)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _reached(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name, None)
    return row


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _values(rows: Rows, order: Order, cursor: str) -> list[Any]:
    padded = cursor + "=" * (-len(cursor) % 4)
    mark, *values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    paths = ["pk"] if order.is_key else [order.path, "pk"]
    if mark != order.mark or len(values) != len(paths):
        raise ValueError
    return [_typed(_field(rows, path), value) for path, value in zip(paths, values, strict=True)]


def _foreign(where: str) -> Malformed:
    return Malformed([Problem(path=where, message="is not a cursor of this list", hint="Open the list without it.")])


def _typed(field: "Field[Any, Any]", value: Any) -> Any:
    if isinstance(value, list | dict) or (isinstance(value, str) and "\x00" in value):
        raise ValueError
    found = field.to_python(value)
    if isinstance(found, int) and abs(found) > LARGEST:
        raise ValueError
    if isinstance(found, datetime) and is_naive(found):
        raise ValueError
    return found


def _field(rows: Rows, path: str) -> "Field[Any, Any]":
    """The field whose values a path leads to: an annotation's, or a column's of this model or a related one."""
    if path in rows.query.annotations:
        found: Field[Any, Any] = rows.query.annotations[path].output_field
        return found
    model: Any = rows.model
    *steps, last = (model._meta.pk.name if path == "pk" else path).split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model
    field = model._meta.get_field(last)
    if not isinstance(field, Field):
        raise FieldDoesNotExist(path)
    return field
