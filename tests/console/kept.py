"""The shop's rows as they were made once, put back for each test that commits: much quicker than making them anew.

The instants in them stay those of the first time, a few minutes ago for the last test.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction

from audiences.builder import catalogue
from compliance.access.models import User, Workspace
from tests.console.shop import Shop, open_shop

TABLES = "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
STAY = {"django_migrations", "django_content_type", "auth_permission"}
"""What Django itself puts back after a test that commits."""
BY_TRIGGER = {"audiences_findable", "audiences_headcount"}
"""What the database makes by itself when people are put in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The rows of all tables that have some, and the ids of what tests ask for first."""

    rows: dict[str, bytes]
    workspace_id: int
    user_id: int
    viewer_id: int
    now: datetime


def keep(shop: Shop) -> Kept:
    """Read every table. What other tests left behind would come back too: ask when the shop is all there is."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        names = sorted({name for (name,) in cursor.fetchall()} - STAY - BY_TRIGGER)
        rows = {name: b"".join(_copied(cursor, name)) for name in names}
    return Kept(
        rows={name: each for name, each in rows.items() if each},
        workspace_id=shop.workspace.pk,
        user_id=shop.user.pk,
        viewer_id=shop.viewer.pk,
        now=shop.now,
    )


def put_back(kept: Kept) -> Shop:
    """Put the rows into empty tables; foreign keys are looked at when all are there."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name, rows in kept.rows.items():
            with cursor.copy(f'copy "{name}" from stdin') as copy:
                copy.write(rows)
    return Shop(
        workspace=Workspace.objects.get(pk=kept.workspace_id),
        user=User.objects.get(pk=kept.user_id),
        viewer=User.objects.get(pk=kept.viewer_id),
        now=kept.now,
    )


class Shops:
    """Opens the same shop again and again; what the process remembers of the one before is forgotten."""

    def __init__(self) -> None:
        self._kept: Kept | None = None

    def open(self, now: datetime) -> Shop:
        cache.clear()
        catalogue.forget()
        if self._kept is not None:
            return put_back(self._kept)
        shop = open_shop(now)
        self._kept = keep(shop)
        return shop


def _copied(cursor: Any, name: str) -> Any:
    with cursor.copy(f'copy "{name}" to stdout') as copy:
        yield from (bytes(block) for block in copy)
