"""What a list is: its columns, filters, order and actions; and the register by which jobs and forms find it again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import ngettext

from config.kit.actors import Actor
from config.kit.lists.counting import EXACT_UP_TO
from config.kit.lists.filters import Filter, Options, Text
from config.kit.lists.keyset import Order
from config.kit.lists.parts import Column, Row, Scope, Words

BATCH: Final = 500
"""How many rows an action is given at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Who does an action when, in which list, and what they chose for it."""

    scope: Scope
    actor: Actor
    now: datetime
    chosen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something to do with selected rows: `run` gets the keys of at most `BATCH` of them and returns how many changed.

    It must be safe to run twice. `asks` is the question to confirm, `options` what has to be chosen with it; `undo`
    names the action that takes it back. `hidden` actions have no button: they only take back.
    """

    key: str
    label: Words
    icon: str
    run: Callable[[Sequence[Any], Doing], int]
    done: Callable[[int], str]
    asks: Words = ""
    options: Options | None = None
    danger: bool = False
    undo: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """What stands where nothing is yet: what belongs here, and one thing to do about it."""

    icon: str
    title: Words
    text: Words = ""
    action: Words = ""
    url: Callable[[], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """A list. `source` gives the rows that there are, `dress` what the columns of one page need, in few statements.

    `order` is a column's key, with a minus to begin with the largest; `order_path` is what orders where no column does.
    Where `roles` are named, others are told that they may not see it.
    """

    name: str
    title: Words
    address: Callable[[Scope], str]
    source: Callable[[Scope], QuerySet[Any]]
    dress: Callable[[Scope, Sequence[Any]], Sequence[Row]]
    columns: tuple[Column, ...]
    order: str
    nothing: Nothing
    filters: tuple[Filter, ...] = ()
    actions: tuple[Action, ...] = ()
    said: Words = ""
    order_path: str = "pk"
    roles: frozenset[str] = frozenset()
    count_up_to: int = EXACT_UP_TO
    counted: Callable[[int], str] = lambda n: ngettext("%(n)s row", "%(n)s rows", n) % {"n": f"{n:,}"}

    def column(self, key: str) -> Column | None:
        """Return one column."""
        return next((column for column in self.columns if column.key == key), None)

    def action(self, key: str) -> Action | None:
        """Return one action."""
        return next((action for action in self.actions if action.key == key), None)

    @property
    def main(self) -> Text | None:
        """The filter of the search box."""
        return next((each for each in self.filters if isinstance(each, Text) and each.main), None)

    def order_by(self, key: str, *, descending: bool) -> Order:
        """Return the order by a column; an unknown one is the key itself."""
        column = self.column(key)
        if column is None or not column.sort:
            return Order(path=self.order_path, descending=descending)
        return Order(path=column.sort, descending=descending, nullable=column.nullable)

    def narrowed(self, scope: Scope, values: Mapping[str, Any]) -> QuerySet[Any]:
        """Return the rows that fit the values of filters."""
        rows = self.source(scope)
        for each in self.filters:
            if each.key in values:
                rows = each.apply(rows, values[each.key], scope)
        return rows


_known: dict[str, List] = {}


def register(*lists: List) -> None:
    """Make lists known by name; a name stands for one list only."""
    for each in lists:
        if _known.setdefault(each.name, each) is not each:
            raise ValueError(f"two lists are called {each.name}")


def find_list(name: str) -> List | None:
    """Return the list of that name."""
    return _known.get(name)


def known_lists() -> Iterable[List]:
    """Return all lists that were registered."""
    return _known.values()
