"""A list as its template reads it: chips, heads with their orders, cells, places before and after, what can be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from config.kit.lists.asking import Asked
from config.kit.lists.cells import cell
from config.kit.lists.counting import Count, count
from config.kit.lists.definition import Action, List
from config.kit.lists.filters import Choice, Filter, Instants
from config.kit.lists.keyset import Slice, cut
from config.kit.lists.parts import Column, Scope, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter at work: its words, and the address without it."""

    label: Words
    text: str
    off: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a column; `url` leads to the list in its order, `sorted` says how it is in it now."""

    column: Column
    url: str
    sorted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row: its key, and its cells, each in its `td`."""

    key: str
    cells: SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A filter as a field of the form: what it is set to now."""

    filter: Filter
    active: bool
    values: Sequence[str]
    options: Sequence[tuple[str, Words]]


class Listed:
    """One page of a list. Nothing is asked of the database before the template, or a caller, needs it."""

    def __init__(self, listing: List, asked: Asked, scope: Scope, *, may_change: bool, url: str) -> None:
        self.listing, self.asked, self.scope, self.url = listing, asked, scope, url
        self.may_change = may_change
        self.forbidden = False
        self.views: Sequence[Mapping[str, Any]] = ()
        self.view: Mapping[str, Any] | None = None
        self.bare = ""

    @property
    def id(self) -> str:
        """The element's id, by which htmx asks for the list alone."""
        return f"{self.listing.name}-list"

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """All rows that match; what a search has to look up first is looked up once, for the page and the count."""
        return self.listing.narrowed(self.scope, self.asked.values)

    @cached_property
    def slice(self) -> Slice:
        """The rows of this page."""
        asked = self.asked
        return cut(self.rows, asked.order, cursor=asked.cursor, back=asked.back, limit=asked.limit)

    @cached_property
    def lines(self) -> list[Line]:
        """The rows as cells."""
        rows = self.slice.rows
        dressed = self.listing.dress(self.scope, rows)
        columns = [(column, f'<td class="{_classes(column)}">') for column in self.asked.columns]
        return [
            Line(key=str(row.pk), cells=SafeString("".join(f"{td}{cell(column, own)}</td>" for column, td in columns)))
            for row, own in zip(rows, dressed, strict=True)
        ]

    @cached_property
    def count(self) -> Count:
        """How many rows match; a list that fits one page is counted already."""
        if not self.asked.cursor and not self.slice.next:
            return Count(n=len(self.slice.rows), exact=True)
        return count(self.rows, up_to=self.listing.count_up_to)

    @property
    def counted(self) -> str:
        """The count in words."""
        words = self.listing.counted(self.count.n)
        return words if self.count.exact else _("about %(count)s") % {"count": words}

    @property
    def narrowed(self) -> bool:
        """Whether any filter is at work."""
        return bool(self.asked.values)

    @cached_property
    def chips(self) -> list[Chip]:
        """The filters at work, without the search box's."""
        main = self.listing.main
        return [
            Chip(label=each.label, text=each.words(self.asked.values[each.key], self.scope), off=self._without(each))
            for each in self.listing.filters
            if each.key in self.asked.values and each is not main
        ]

    @cached_property
    def fields(self) -> list[Field]:
        """The filters as fields, without the search box's and what nobody types."""
        shown = (each for each in self.listing.filters if each is not self.listing.main)
        return [self._field(each) for each in shown if each.kind != Instants.kind]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the search box's form has to carry along: everything but the search and the place."""
        return self._pairs(leave=self.listing.main.parameters if self.listing.main else ())

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the filters' form has to carry along: everything that is not one of its fields."""
        own = {name for one in self.fields for name in one.filter.parameters}
        return self._pairs(leave=tuple(own))

    @cached_property
    def heads(self) -> list[Head]:
        """The heads of the columns."""
        return [self._head(column) for column in self.asked.columns]

    @property
    def search(self) -> str:
        """What stands in the search box."""
        main = self.listing.main
        return str(self.asked.values.get(main.key, "")) if main else ""

    @property
    def query(self) -> str:
        """The filters, order and columns of the address."""
        return self.asked.query

    @property
    def saved_query(self) -> str:
        """The same as a saved view keeps it, without the view's own name."""
        return self.asked.address({"view": []})

    @property
    def here(self) -> str:
        """The address in its one form."""
        place = {("before" if self.asked.back else "cursor"): self.asked.cursor} if self.asked.cursor else {}
        query = self.asked.address(place=place)
        return f"{self.url}?{query}" if query else self.url

    @property
    def next_url(self) -> str:
        """Where the next page is, empty on the last."""
        return self._at("cursor", self.slice.next)

    @property
    def previous_url(self) -> str:
        """Where the previous page is, empty on the first."""
        return self._at("before", self.slice.previous)

    @property
    def first_url(self) -> str:
        """The first page."""
        return self._address()

    @property
    def first_step(self) -> str:
        """Where to begin when nothing is there yet."""
        url = self.listing.nothing.url
        return url() if url else ""

    @property
    def vacant(self) -> bool:
        """Whether there is nothing at all yet, so that there is nothing to filter, to arrange or to count either."""
        return not (self.lines or self.narrowed or self.asked.cursor or self.views or self.forbidden)

    @property
    def cleared(self) -> str:
        """The address without filters."""
        names = [name for each in self.listing.filters for name in each.parameters]
        return self._address({name: [] for name in [*names, "view"]})

    @property
    def plain(self) -> str:
        """The list as it comes."""
        return f"{self.url}{self.bare}"

    @property
    def chosen_by_user(self) -> str:
        """The address without columns of its own, for the columns that the user just chose."""
        return self._address({"columns": []})

    @property
    def column_keys(self) -> str:
        """The columns that are shown, with commas between."""
        return ",".join(column.key for column in self.asked.columns)

    @property
    def picks(self) -> list[tuple[Column, bool]]:
        """All columns, and whether each is shown."""
        return [(column, column in self.asked.columns) for column in self.listing.columns]

    @property
    def actions(self) -> list[Action]:
        """What may be done with selected rows."""
        return [action for action in self.listing.actions if not action.hidden] if self.may_change else []

    def _field(self, each: Filter) -> Field:
        written = self.asked.written
        values = [(written.get(name) or [""])[0] for name in each.parameters]
        if isinstance(each, Choice):
            values = list(written.get(each.key, ()))
        options = list(each.options(self.scope)) if isinstance(each, Choice) else []
        return Field(filter=each, active=each.key in self.asked.values, values=values, options=options)

    def _head(self, column: Column) -> Head:
        if not column.sort:
            return Head(column=column, url="", sorted="")
        asked, by = self.asked, column.key == self.asked.sort
        turned = f"-{column.key}" if (by and not asked.descending) or (not by and _best_first(column)) else column.key
        now = ("down" if asked.descending else "up") if by else ""
        return Head(
            column=column, url=self._address({"sort": [turned] if turned != self.listing.order else []}), sorted=now
        )

    def _without(self, each: Filter) -> str:
        return self._address({name: [] for name in each.parameters})

    def _address(self, changes: Mapping[str, Sequence[str]] | None = None) -> str:
        query = self.asked.address(changes)
        return f"{self.url}?{query}" if query else self.plain

    def _at(self, name: str, cursor: str) -> str:
        return f"{self.url}?{self.asked.address(place={name: cursor})}" if cursor else ""

    def _pairs(self, *, leave: Sequence[str]) -> list[tuple[str, str]]:
        written = self.asked.written.items()
        return [(name, value) for name, values in written if name not in leave for value in values]


def _classes(column: Column) -> str:
    """How a column's cells look; made once per page, for there are hundreds of cells."""
    looks = {
        "num": column.numeric,
        column.width: bool(column.width),
        "fit muted": column.style in ("ago", "full"),
        "s-hide": not column.small,
        "m-hide": column.wide,
    }
    return " ".join(look for look, on in looks.items() if on)


def _best_first(column: Column) -> bool:
    """Numbers and instants are wanted from the largest down, words from A."""
    return column.numeric or column.style in ("ago", "full")
