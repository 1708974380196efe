"""The smallest parts of a list: where it is shown, a row, a column."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.utils.functional import Promise

Row: TypeAlias = Mapping[str, Any]
"""What the room knows about one row; only its own columns read it."""

Words: TypeAlias = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose rows a list shows: a workspace's, and of those perhaps what lies within one object."""

    workspace_id: int
    within: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. `value` is what an export writes and what is shown by its type, unless `cell` names a template.

    `sort` is the path of the database column or annotation that orders by it; `nullable` says that it may be empty,
    which comes last either way. `sub` is a second, quieter line. `shown` says whether one sees the column before
    choosing, `small` whether also on a phone, `wide` whether on a wide screen alone. `width` is "clip" (takes what is
    left) or "fit" (as wide as its text).
    """

    key: str
    label: Words
    value: Callable[[Row], Any]
    cell: str = ""
    link: Callable[[Row], str] | None = None
    sub: Callable[[Row], str] | None = None
    sort: str = ""
    nullable: bool = False
    shown: bool = True
    numeric: bool = False
    small: bool = False
    wide: bool = False
    width: str = ""
    style: str = ""
    exported: bool = True
