"""What an address asks of a list: values of filters, order, columns, place; and addresses that ask otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from config.kit.errors import Problem
from config.kit.lists.definition import List
from config.kit.lists.filters import Unclear
from config.kit.lists.keyset import Order
from config.kit.lists.parts import Column, Scope
from config.kit.strict_json import Malformed

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200
PLACES: Final = ("cursor", "before")
OURS: Final = ("sort", "columns", "view", "limit", *PLACES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An address as the list understands it. `notices` say what it left out because it made no sense."""

    values: Mapping[str, Any]
    sort: str
    descending: bool
    order: Order
    columns: Sequence[Column]
    limit: int
    cursor: str
    back: bool
    view: str
    written: Mapping[str, Sequence[str]] = field(default_factory=dict)
    notices: Sequence[str] = ()

    @property
    def query(self) -> str:
        """The address's query in one form: filters, order and columns, without the place."""
        return self.address()

    def address(
        self, changes: Mapping[str, Sequence[str]] | None = None, *, place: Mapping[str, str] | None = None
    ) -> str:
        """Return the query with parameters changed, an empty value taking one out; without the place unless given."""
        found = QueryDict(mutable=True)
        places = {name: [cursor] for name, cursor in (place or {}).items()}
        for name, values in {**self.written, **(changes or {}), **places}.items():
            if values:
                found.setlist(name, list(values))
        return found.urlencode()


def ask(listing: List, query: QueryDict, scope: Scope, *, chosen: Sequence[str] = ()) -> Asked:
    """Read an address. Filters that make no sense are left out with a notice; a bad cursor or limit is `Malformed`."""
    values, written, notices = _filters(listing, query, scope)
    key, descending = _sort(listing, query.get("sort", ""), notices)
    if (sign := f"{'-' if descending else ''}{key}") != listing.order:
        written["sort"] = [sign]
    columns = _columns(listing, query.get("columns", ""), chosen)
    if query.get("columns") and columns != _columns(listing, "", chosen):
        written["columns"] = [",".join(column.key for column in columns)]
    if query.get("view"):
        written["view"] = [query.get("view", "")[:20]]
    return Asked(
        values=values,
        sort=key,
        descending=descending,
        order=listing.order_by(key, descending=descending),
        columns=columns,
        limit=_limit(query.get("limit")),
        cursor=query.get("before") or query.get("cursor") or "",
        back=bool(query.get("before")),
        view=query.get("view", "")[:20],
        written=written,
        notices=notices,
    )


def _filters(
    listing: List, query: QueryDict, scope: Scope
) -> tuple[dict[str, Any], dict[str, Sequence[str]], list[str]]:
    values: dict[str, Any] = {}
    written: dict[str, Sequence[str]] = {}
    notices: list[str] = []
    for each in listing.filters:
        try:
            value = each.read(query, scope)
        except Unclear as unclear:
            told = {"filter": each.label, "value": str(unclear)[:60]}
            notices.append(_("The filter “%(filter)s” was left out: “%(value)s” is not among its values.") % told)
            continue
        if value is not None:
            values[each.key] = value
            written.update(each.written(value))
    return values, written, notices


def _sort(listing: List, text: str, notices: list[str]) -> tuple[str, bool]:
    key, descending = text.removeprefix("-"), text.startswith("-")
    column = listing.column(key)
    if text and (column is None or not column.sort):
        notices.append(_("The list cannot be sorted by “%(column)s”.") % {"column": key[:60]})
    if not text or column is None or not column.sort:
        return listing.order.removeprefix("-"), listing.order.startswith("-")
    return key, descending


def _columns(listing: List, text: str, chosen: Sequence[str]) -> list[Column]:
    """The columns of the address, else those that the user chose, else those that come shown; never none."""
    keys = [key for key in text.split(",") if key] or list(chosen)
    found = [column for key in dict.fromkeys(keys) if (column := listing.column(key))]
    return found or [column for column in listing.columns if column.shown]


def _limit(text: str | None) -> int:
    if not text:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_LIMIT):
        problem = Problem(path="?limit", message=f"is not a number from 1 to {MAX_LIMIT}", hint="Leave it out for 50.")
        raise Malformed([problem])
    return int(text)
