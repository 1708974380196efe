"""Where personal data lies: each app registers how to read what it keeps of a person, and how to erase it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection

from compliance.privacy.names import Names

Read = Callable[[int, UUID], Iterator[tuple[str, Any]]]
Erase = Callable[[int, UUID], int]
Called = Callable[[int, UUID], Iterable[str | None]]
Forget = Callable[[int, Names], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One app's data of people: `read` yields (section, row as JSON), `erase` returns how many rows went.

    `called` returns what the person is called there: ids, addresses, numbers. `forget` takes these names out of what
    belongs to nobody, such as rows that were refused, and returns how many rows went.
    """

    name: str
    read: Read
    erase: Erase
    called: Called
    forget: Forget


_sources: Final[dict[str, Source]] = {}


def register(
    name: str,
    *,
    read: Read,
    erase: Erase,
    called: Called = lambda _workspace_id, _person_id: (),
    forget: Forget = lambda _workspace_id, _names: 0,
) -> None:
    """Register an app's data of people. Those registered last are erased first: they refer to the others."""
    _sources[name] = Source(name=name, read=read, erase=erase, called=called, forget=forget)


def sources() -> tuple[Source, ...]:
    return tuple(_sources.values())


def rows_of(sections: Mapping[str, str], given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield (section, row as JSON) of what each section's statement finds."""
    for section, statement in sections.items():
        with connection.cursor() as cursor:
            cursor.execute(f"select row_to_json(r)::text from ({statement}) r", given)  # noqa: S608 - constants
            for (row,) in cursor.fetchall():
                yield section, msgspec.json.decode(row)


def run_all(statements: Sequence[str], given: Mapping[str, Any]) -> int:
    """Execute the statements in their order; return how many rows they touched."""
    rows = 0
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, given)
            rows += cursor.rowcount
    return rows
