"""A copy of the product's tables, empty and for one transaction alone, so that a scenario meets nobody else's rows.

Temporary tables come first when PostgreSQL looks for a name. So the code that runs inside works on the copies, by the
same statements, while a live installation in the same database is neither read, nor locked, nor held up.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection, transaction


class _Undo(Exception):
    """Ends a block whose work is to be undone."""


@contextmanager
def undone() -> Iterator[None]:
    """Undo all that the block does to the database, whether it ends well or not."""
    try:
        with transaction.atomic():
            yield
            raise _Undo
    except _Undo:
        return


@contextmanager
def tables_aside() -> Iterator[None]:
    """Work on empty copies of the tables inside the block; afterwards they are gone."""
    with undone():
        with connection.cursor() as cursor:
            cursor.execute(TABLES)
            tables = [name for (name,) in cursor.fetchall()]
            cursor.execute(";".join(_copy(table) for table in tables))
            cursor.execute(NUMBERS)
            cursor.execute(";".join(_number(table, column, sequence) for table, column, sequence in cursor.fetchall()))
        yield


def _copy(table: str) -> str:
    name = connection.ops.quote_name(table)
    return f"create temporary table {name} (like {name} including all excluding identity)"


def _number(table: str, column: str, sequence: str) -> str:
    """Let the copy take its numbers where the table does: no two rows ever share one, so caches stay right."""
    name, key = connection.ops.quote_name(table), connection.ops.quote_name(column)
    return f"alter table pg_temp.{name} alter column {key} set default nextval('{sequence}')"


TABLES: Final = """
select c.relname from pg_class c
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
and c.relname ~ '^(audiences|campaigns|compliance|content)_' order by c.relname
"""
NUMBERS: Final = """
select table_name, column_name, pg_get_serial_sequence(quote_ident(table_schema) || '.' || quote_ident(table_name),
                                                       column_name)
from information_schema.columns
where table_schema = current_schema() and is_identity = 'YES'
and table_name ~ '^(audiences|campaigns|compliance|content)_'
and to_regclass(quote_ident(table_schema) || '.' || quote_ident(table_name)) not in (
    select inhrelid from pg_inherits)
"""
