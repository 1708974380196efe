"""The second wall between workspaces: while a request works in one, PostgreSQL shows and takes rows of that one only.

Views filter by workspace; row-level security stands behind them for the day when one forgets. A request switches to a
role that owns nothing and names its workspace; workers, migrations and the door for events go on as the owner of the
tables, whom the policies leave alone. Where the role cannot be made (a database user without CREATEROLE) there is no
second wall, and a start says so once.
"""

import logging
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.http import HttpRequest, HttpResponse

log = logging.getLogger(__name__)
ROLE: Final = "signalbox_web"
OPEN_TABLES: Final = ("compliance_member",)
"""Tables that have a workspace and stay open: a user must see in which workspaces they have a role."""

MAKE_ROLE: Final = """
do $$ begin
    if not exists (select from pg_roles where rolname = 'signalbox_web') then
        create role signalbox_web nologin;
    end if;
    -- a maker is not allowed to become what it made until it says so (PostgreSQL 16); a superuser may become anyone
    if not (select rolsuper from pg_roles where rolname = session_user) then
        execute format('grant signalbox_web to %I', session_user);
    end if;
exception when insufficient_privilege or duplicate_object or unique_violation then null;
end $$
"""
# only what is ours, for the database may hold tables of others; and only what lacks something
LACKING: Final = """
with ours as (
    select c.oid, c.relname, c.relkind = 'S' as is_sequence, c.relname <> all(%(open)s)
        and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id')
        and not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'workspace_wall')
        as lacks_policy
    from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'S') and not c.relispartition
      and pg_has_role(current_user, c.relowner, 'usage')
)
select relname, is_sequence, lacks_policy from ours
where lacks_policy or not case when is_sequence then has_sequence_privilege(%(role)s, oid, 'usage')
    else has_table_privilege(%(role)s, oid, 'delete') end
"""
# nobody but the web role is held back, so that an owner who does not own (a separate runtime user) is not shut out
POLICY: Final = """
create policy workspace_wall on {table} using (
    current_user <> '{role}' or workspace_id = nullif(current_setting('signalbox.workspace', true), '')::int)
with check (
    current_user <> '{role}' or workspace_id is null
    or workspace_id = nullif(current_setting('signalbox.workspace', true), '')::int);
alter table {table} enable row level security;
"""
GRANT: Final = "grant select, insert, update, delete on {table} to {role}"
GRANT_SEQUENCE: Final = "grant usage, select on sequence {table} to {role}"
ENTER: Final = "select set_config('signalbox.workspace', %s, false), set_config('role', %s, false)"

_inside: ContextVar[bool] = ContextVar("signalbox_inside_wall", default=False)


def build(**_given: Any) -> None:
    """Make role, rights and policies for whatever tables there are; runs after each migrate, changes nothing twice."""
    _stands.cache_clear()
    with connection.cursor() as cursor:
        cursor.execute(MAKE_ROLE)
        if not _stands(_database()):
            log.warning("the database user may not make roles: workspaces are kept apart by the program alone")
            return
        cursor.execute(LACKING, {"open": list(OPEN_TABLES), "role": ROLE})
        for name, is_sequence, lacks_policy in cursor.fetchall():
            table = connection.ops.quote_name(name)
            cursor.execute((GRANT_SEQUENCE if is_sequence else GRANT).format(table=table, role=ROLE))
            if lacks_policy:
                cursor.execute(POLICY.format(table=table, role=ROLE))


def enter(workspace_id: int) -> None:
    """Work behind the wall of this workspace until the request ends."""
    if settings.ROW_LEVEL_SECURITY and _stands(_database()):
        with connection.cursor() as cursor:
            cursor.execute(ENTER, [str(workspace_id), ROLE])
        _inside.set(True)


def leave() -> None:
    """Come out again; a connection that cannot is thrown away, so that nobody else inherits it."""
    if not _inside.get():
        return
    _inside.set(False)
    try:
        with connection.cursor() as cursor:
            cursor.execute(ENTER, ["", "none"])
    except (DatabaseError, InterfaceError):
        log.warning("a connection was lost behind the wall", exc_info=True)
        connection.close()


class WallMiddleware:
    """Comes out from behind the wall when a request is done, however it ended."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        finally:
            leave()


def _database() -> str:
    return f"{connection.settings_dict['HOST']}/{connection.settings_dict['NAME']}"


@lru_cache(maxsize=8)
def _stands(_database: str) -> bool:
    """Whether there is a wall to go behind, tried once per process and database."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(ENTER, ["", ROLE])
            cursor.execute(ENTER, ["", "none"])
    except DatabaseError:
        return False
    return True
