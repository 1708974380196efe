"""The long work of lists: exporting what the filters show, and doing something with many rows."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy

from compliance.desk.bulk import Selection, again, written
from compliance.jobs import Work, kind, start, write_csv
from compliance.jobs.models import Job
from config.kit.actors import Actor
from config.kit.errors import refuse
from config.kit.lists import Action, Column, Doing, List, find_list
from config.kit.lists.cells import plain
from config.kit.lists.counting import count
from config.kit.lists.definition import BATCH
from config.kit.lists.keyset import Order, cut
from config.kit.phrases import phrase

EXPORT: Final = "lists.export"
ACT: Final = "lists.act"


def export_in_job(
    selection: Selection, columns: list[Column], order: Order, *, title: str, actor: Actor, now: datetime
) -> Job:
    """Have the selected rows written to a CSV file, in this order and with these columns."""
    asked = {"columns": [column.key for column in columns], "order": order.mark, "nullable": order.nullable}
    return start(
        EXPORT,
        workspace_id=selection.scope.workspace_id,
        title=title,
        arguments=written(selection) | asked,
        actor=actor,
        now=now,
    )


def act_in_job(selection: Selection, action: Action, *, chosen: str, actor: Actor, now: datetime) -> Job:
    """Have an action done batch by batch."""
    return start(
        ACT,
        workspace_id=selection.scope.workspace_id,
        title=f"{action.label}: {selection.listing.title}",
        arguments=written(selection) | {"action": action.key, "chosen": chosen},
        actor=actor,
        now=now,
    )


@kind(EXPORT, text=gettext_lazy("Exporting a list"))
def export(work: Work) -> Mapping[str, Any]:
    """Write the rows as CSV: the words of the columns on top, values as they are shown."""
    listing = _list(work)
    selection = again(work.workspace_id, work.arguments, listing)
    columns = [column for key in work.arguments["columns"] if (column := listing.column(key)) and column.exported]
    found = count(selection.rows())
    return write_csv(
        work,
        name=f"{listing.name}-{work.tick():%Y-%m-%d}.csv",
        header=[str(column.label) for column in columns],
        rows=_values(selection, columns, _order(work)),
        total=found.n if found.exact else None,
    )


@kind(ACT, text=gettext_lazy("Changing many rows"))
def act(work: Work) -> Mapping[str, Any]:
    """Do the action for one batch after the other; a worker that dies leaves off behind the last whole batch."""
    listing = _list(work)
    action = listing.action(work.arguments["action"])
    if action is None:
        raise refuse("", phrase("This action is no longer offered."))
    selection = again(work.workspace_id, work.arguments, listing)
    changed = int(work.checkpoint.get("changed", 0))
    if not work.checkpoint:
        found = count(selection.rows())
        work.total(found.n if found.exact else None)
    for keys in selection.batches(after=work.checkpoint.get("after")):
        doing = Doing(scope=selection.scope, actor=work.actor, now=work.tick(), chosen=work.arguments["chosen"])
        with transaction.atomic():
            changed += action.run(keys, doing)
            work.save({"after": str(keys[-1]), "changed": changed})
        work.advance(len(keys))
    work.say(action.done(changed))
    return {"changed": changed}


def _list(work: Work) -> List:
    found = find_list(work.arguments["list"])
    if found is None:
        raise refuse("", phrase("This list is no longer there."))
    return found


def _order(work: Work) -> Order:
    mark = work.arguments["order"]
    return Order(path=mark.removeprefix("-"), descending=mark.startswith("-"), nullable=work.arguments["nullable"])


def _values(selection: Selection, columns: list[Column], order: Order) -> Iterator[list[Any]]:
    cursor = ""
    while True:
        page = cut(selection.rows(), order, cursor=cursor, back=False, limit=BATCH)
        for row in selection.listing.dress(selection.scope, page.rows):
            yield [_value(column.value(row)) for column in columns]
        if not page.next:
            return
        cursor = page.next


def _value(value: Any) -> Any:
    """Numbers stay numbers; the rest is written as the list shows it."""
    return value if isinstance(value, int | float) else plain(value)
