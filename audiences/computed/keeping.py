"""Works computed traits out for people, in the pass that brings everything else up to date, and as time passes."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from audiences.computed.catalogue import TRAITS, Catalogue, live
from audiences.conditions import Facts
from audiences.facts.reader import load
from audiences.facts.touch import Touch
from config.kit.bulk import bulk_cursor


def keep(workspace_id: int, touched: Mapping[UUID, Touch], *, now: datetime) -> dict[UUID, frozenset[str]]:
    """Work out what the change concerns, in the caller's transaction; return whose traits got another value.

    The people must be locked. Takes a constant number of statements, and one where nothing is computed.
    """
    catalogue = live(workspace_id)
    wanted = [person_id for person_id, touch in touched.items() if catalogue.concerns(touch)]
    return work_out(workspace_id, wanted, catalogue, now=now) if catalogue.formulas else {}


def work_out(
    workspace_id: int, person_ids: Collection[UUID], catalogue: Catalogue, *, now: datetime
) -> dict[UUID, frozenset[str]]:
    """Work out all computed traits of these locked people, and note when time changes them next."""
    if not person_ids:
        return {}
    changed: dict[UUID, Any] = {}
    dues: dict[UUID, datetime | None] = {}
    for person_id, person in load(workspace_id, person_ids, catalogue.needs, now=now, named=False).items():
        facts = person.facts_at(now)
        values = _values(catalogue, facts)
        if values != person.traits.get(TRAITS, {}):
            changed[person_id] = values
        dues[person_id] = _next(catalogue, facts)
    _write(changed)
    _note(workspace_id, dues)
    return dict.fromkeys(changed, frozenset((TRAITS,)))


def _values(catalogue: Catalogue, facts: Facts) -> dict[str, Any]:
    found = {formula.key: formula.value(facts) for formula in catalogue.formulas}
    return {key: value for key, value in found.items() if value is not None}


def _next(catalogue: Catalogue, facts: Facts) -> datetime | None:
    return min((at for formula in catalogue.formulas if (at := formula.next_change(facts))), default=None)


def _write(changed: Mapping[UUID, Any]) -> None:
    if changed:
        rows = [{"i": person_id, "c": values} for person_id, values in changed.items()]
        with bulk_cursor() as cursor:
            cursor.execute(WRITE, [msgspec.json.encode(rows).decode()])


def _note(workspace_id: int, dues: Mapping[UUID, datetime | None]) -> None:
    rows = [{"i": person_id, "d": at} for person_id, at in sorted(dues.items())]
    with bulk_cursor() as cursor:
        cursor.execute(FORGET, [[person_id for person_id, at in dues.items() if at is None]])
        cursor.execute(NOTE, [workspace_id, msgspec.json.encode(rows).decode()])


WRITE: Final = """
update audiences_person p set traits = jsonb_set(p.traits, '{computed}', g.c)
from jsonb_to_recordset(%s::jsonb) as g(i uuid, c jsonb) where p.id = g.i
"""
FORGET: Final = "delete from audiences_computeddue where person_id = any(%s)"
NOTE: Final = """
insert into audiences_computeddue (person_id, workspace_id, due_at)
select i, %s, d from jsonb_to_recordset(%s::jsonb) as g(i uuid, d timestamptz) where d is not null order by i
on conflict (person_id) do update set due_at = excluded.due_at
"""
