"""The live computed traits of a workspace, read once per version and found by the events that they count."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection

from audiences.computed.documents import formula_of
from audiences.computed.formulas import Formula
from audiences.computed.models import ComputedTrait
from audiences.conditions import Needs
from audiences.facts.touch import Touch

TRAITS: Final = "computed"
"""The trait below which all of them live."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All live formulas; a person whom a change concerns has all of theirs worked out, which one read serves."""

    formulas: tuple[Formula, ...]
    needs: Needs
    _names: frozenset[str] = field(repr=False)

    def concerns(self, touch: Touch) -> bool:
        return touch.anew or not self._names.isdisjoint(touch.event_names)


_EMPTY: Final = Catalogue(formulas=(), needs=Needs(traits=frozenset((TRAITS,))), _names=frozenset())
_remembered: dict[int, tuple[tuple[Any, ...], Catalogue]] = {}


def live(workspace_id: int) -> Catalogue:
    """Return the workspace's formulas: one small query, and definitions are read only when something is new."""
    with connection.cursor() as cursor:
        cursor.execute(LIVE, [workspace_id])
        rows = tuple(cursor.fetchall())
    if not rows:
        return _EMPTY
    known = _remembered.get(workspace_id)
    if known is None or known[0] != rows:
        known = _remembered[workspace_id] = rows, _read(workspace_id)
    return known[1]


def _read(workspace_id: int) -> Catalogue:
    rows = ComputedTrait.objects.filter(workspace_id=workspace_id, live__isnull=False).order_by("key")
    formulas = tuple(
        formula_of(definition, bands) for definition, bands in rows.values_list("live__definition", "bands")
    )
    needs = Needs(traits=frozenset((TRAITS,)))
    for formula in formulas:
        needs |= formula.needs()
    names: Mapping[str, Any] = needs.event_names
    return Catalogue(formulas=formulas, needs=needs, _names=frozenset(names))


LIVE: Final = """
select id, live_id, md5(bands::text) from audiences_computedtrait
where workspace_id = %s and live_id is not null order by id
"""
