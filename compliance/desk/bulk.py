"""Selected rows: named one by one, or all that a list's filters match; and what is done with them, batch by batch."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict

from config.kit.actors import Actor
from config.kit.errors import Problem
from config.kit.lists import Action, Doing, List, Scope
from config.kit.lists.asking import ask
from config.kit.lists.definition import BATCH
from config.kit.strict_json import Malformed

MAX_NAMED: Final = 1000
"""More rows than these are named by the list's filters and not one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Rows of a list. A selection by `query` is looked up anew each time, so it also means who came meanwhile."""

    listing: List
    scope: Scope
    keys: Sequence[Any] = ()
    query: str | None = None

    def rows(self) -> QuerySet[Any]:
        """Return the selected rows; those of another workspace are never among them."""
        if self.query is None:
            return self.listing.source(self.scope).filter(pk__in=list(self.keys))
        asked = ask(self.listing, QueryDict(self.query), self.scope)
        return self.listing.narrowed(self.scope, asked.values)

    def batches(self, *, after: Any = None) -> Iterator[list[Any]]:
        """Yield the rows' keys in their order, from behind `after` on; each batch is looked up when its turn comes."""
        while True:
            rows = self.rows().order_by("pk")
            if after is not None:
                rows = rows.filter(pk__gt=after)  # a key that a checkpoint kept as text is as good
            keys = list(rows.values_list("pk", flat=True)[:BATCH])
            if not keys:
                return
            yield keys
            after = keys[-1]


def selection_of(listing: List, form: QueryDict, *, workspace_id: int) -> Selection:
    """Read which rows a form means: `all` with `query`, else each `row` (or `rows`, with commas between)."""
    scope = Scope(workspace_id=workspace_id, within=form.get("within", "")[:200])
    if form.get("all"):
        return Selection(listing=listing, scope=scope, query=form.get("query", "")[:4000])
    texts = [*form.getlist("row"), *filter(None, form.get("rows", "").split(","))]
    if len(texts) > MAX_NAMED:
        hint = "Choose all that match instead."
        raise Malformed([Problem(path="rows", message=f"are more than {MAX_NAMED}", hint=hint)])
    return Selection(listing=listing, scope=scope, keys=_keys(listing, scope, texts))


def again(workspace_id: int, arguments: Mapping[str, Any], listing: List) -> Selection:
    """Return the selection that a job was given (see `written`)."""
    scope = Scope(workspace_id=workspace_id, within=arguments["within"])
    if arguments["query"] is not None:
        return Selection(listing=listing, scope=scope, query=arguments["query"])
    return Selection(listing=listing, scope=scope, keys=_keys(listing, scope, arguments["keys"]))


def written(selection: Selection) -> dict[str, Any]:
    """Return a selection as JSON."""
    keys = [str(key) for key in selection.keys]
    return {"list": selection.listing.name, "within": selection.scope.within, "query": selection.query, "keys": keys}


def do(selection: Selection, action: Action, *, actor: Actor, now: datetime, chosen: str = "") -> int:
    """Do it to all of them at once; return how many changed."""
    doing = Doing(scope=selection.scope, actor=actor, now=now, chosen=chosen)
    return sum(action.run(keys, doing) for keys in selection.batches())


def _keys(listing: List, scope: Scope, texts: Sequence[str]) -> list[Any]:
    field = listing.source(scope).model._meta.pk
    try:
        keys = [field.to_python(text) for text in texts if "\x00" not in text]
    except ValidationError:
        raise Malformed([Problem(path="row", message="names no row", hint="Select rows in the list.")]) from None
    return [key for key in keys if not isinstance(key, int) or 0 < key < 2**63]
