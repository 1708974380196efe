"""Some of the people whom a condition finds, masked, each with why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from audiences.conditions import Condition, Verdict
from audiences.facts.reader import load
from audiences.people.lookups import names_of
from audiences.segments.previews.counting import readable
from audiences.segments.previews.drawing import draw
from audiences.segments.previews.tally import among, some
from config.kit.masking import shown

SIZE: Final = 20
FIRST_LOOK: Final = 1_000
"""How many people are looked at before everybody is: most conditions find twenty among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """A person as a list may show them: the name is masked, and `verdict` says why, leaf by leaf."""

    person_id: UUID
    name: str
    verdict: Verdict

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON with private values masked."""
        return {"id": str(self.person_id), "name": self.name, "why": masked_verdict(self.verdict)}


def sample(workspace_id: int, where: Any, *, now: datetime, size: int = SIZE, seed: int = 0) -> list[Sampled]:
    """Return up to `size` people who satisfy a condition, with their verdicts; another `seed`, other people."""
    condition = readable(workspace_id, where)
    return judged(workspace_id, condition, _some(workspace_id, condition, now=now, size=size, seed=seed), now=now)


def why(workspace_id: int, where: Any, person_id: UUID, *, now: datetime) -> Verdict | None:
    """Return why one person satisfies a condition or does not; None if the workspace does not know the person."""
    condition = readable(workspace_id, where)
    if person_id not in names_of(workspace_id, [person_id]):
        return None
    return _verdicts(workspace_id, condition, [person_id], now=now)[person_id]


def judged(workspace_id: int, condition: Condition, people: Sequence[UUID], *, now: datetime) -> list[Sampled]:
    """Return the people with names and verdicts."""
    names, verdicts = names_of(workspace_id, people), _verdicts(workspace_id, condition, people, now=now)
    return [Sampled(person_id=i, name=names[i], verdict=verdicts[i]) for i in people if i in names]


def _some(workspace_id: int, condition: Condition, *, now: datetime, size: int, seed: int) -> list[UUID]:
    drawn = draw(workspace_id, seed=seed, size=FIRST_LOOK)
    found = among(workspace_id, condition, drawn, now=now)
    if len(found) < size and not drawn.whole:
        found = list(dict.fromkeys(found + some(workspace_id, condition, now=now, size=size, seed=seed)))
    return found[:size]


def _verdicts(workspace_id: int, condition: Condition, people: Iterable[UUID], *, now: datetime) -> dict[UUID, Verdict]:
    known = load(workspace_id, people, condition.needs(), now=now)
    return {person_id: condition.judge(facts.facts_at(now)) for person_id, facts in known.items()}


def masked_verdict(verdict: Verdict) -> dict[str, Any]:
    """Return the verdict as JSON, private values masked."""
    return _masked(verdict.as_json())


def _masked(parts: dict[str, Any]) -> dict[str, Any]:
    if "actual" in parts:
        parts["actual"] = shown(parts.get("name", ""), parts["actual"])
    if "children" in parts:
        parts["children"] = [_masked(child) for child in parts["children"]]
    return parts
