"""Columns and filters that the lists of everything with versions share: its rows have the live version as `live`."""

from django.utils.translation import gettext_lazy as _

from config.kit.lists.filters import Text
from config.kit.lists.naming import called
from config.kit.lists.parts import Column


def version_column(*, shown: bool = True) -> Column:
    """Return the column of the version in use."""
    return Column(
        key="version",
        label=_("Version"),
        value=lambda row: f"v{row['live'].number}" if row["live"] else "",
        numeric=True,
        shown=shown,
    )


def author_column(*, shown: bool = True) -> Column:
    """Return the column of who made the version in use."""
    return Column(key="author", label=_("By"), value=lambda row: row["live"].author if row["live"] else "", shown=shown)


def changed_column(of: str, *, shown: bool = True) -> Column:
    """Return the column of when the row's object `of` was changed last."""
    return Column(
        key="changed",
        label=_("Changed"),
        value=lambda row: row[of].updated_at,
        sort="updated_at",
        style="ago",
        shown=shown,
    )


def name_filter() -> Text:
    """Return the search box that finds a part of the name or key, also by pinyin."""
    return Text(
        key="q",
        label=_("Name, key or pinyin"),
        narrow=lambda rows, text, _scope: called(rows, text, "name", "key"),
        main=True,
    )
