"""What a new condition would change: who would join, who would leave, who stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from audiences.conditions import All, Condition, Not
from audiences.segments.previews.counting import readable
from audiences.segments.previews.samples import Sampled, judged
from audiences.segments.previews.tally import of_everybody, some, tally

SHOWN: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How many join, leave and stay, each ± its error at 95 % unless `exact`; and some of those who change.

    Verdicts of those who join are by the new condition, of those who leave by the new one too: why they go.
    """

    joined: int
    left: int
    stayed: int
    errors: tuple[int, int, int]
    exact: bool
    who_joined: list[Sampled]
    who_left: list[Sampled]


def compare(workspace_id: int, old: Any, new: Any, *, now: datetime, seed: int = 0) -> Comparison:
    """Judge the same people by two conditions."""
    before, after = readable(workspace_id, old), readable(workspace_id, new)
    found = tally(workspace_id, [before, after], _changes, now=now, seed=seed)
    joined, left, stayed = found.counts
    return Comparison(
        joined=joined,
        left=left,
        stayed=stayed,
        errors=(found.errors[0], found.errors[1], found.errors[2]),
        exact=found.exact,
        who_joined=_who(workspace_id, after, before, after, now=now, seed=seed) if joined else [],
        who_left=_who(workspace_id, before, after, after, now=now, seed=seed) if left else [],
    )


def exactly(workspace_id: int, where: Any, *, before: Any | None, now: datetime) -> dict[str, int]:
    """Judge everybody, however long it takes: the `count`, and against another condition `joined`, `left`, `stayed`."""
    condition = readable(workspace_id, where)
    if before is None:
        return {"count": of_everybody(workspace_id, [condition], list, now=now)[0]}
    joined, left, stayed = of_everybody(workspace_id, [readable(workspace_id, before), condition], _changes, now=now)
    return {"count": joined + stayed, "joined": joined, "left": left, "stayed": stayed}


def _changes(held: Sequence[str]) -> list[str]:
    was, is_now = held
    return [f"({is_now} and not {was})", f"({was} and not {is_now})", f"({was} and {is_now})"]


def _who(
    workspace_id: int, holds: Condition, fails: Condition, shown_by: Condition, *, now: datetime, seed: int
) -> list[Sampled]:
    """Return some for whom one condition holds and the other does not."""
    both = All(children=(holds, Not(child=fails)))
    people = some(workspace_id, both, now=now, size=SHOWN, seed=seed)
    return judged(workspace_id, shown_by, people, now=now)
