"""The steps of the gate: each with its outcome, what it found, and how long it took."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from config.kit.errors import InputRefused, Problem

PASSED: Final = "passed"
WARNED: Final = "warned"
FAILED: Final = "failed"
SKIPPED: Final = "skipped"
Found = tuple[str, str, Sequence[Problem], Mapping[str, Any]]
"""State, what is said, problems, details."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: `name` is one of form, references, static, cases, trial, replay, review; `ms` is wall time."""

    name: str
    state: str
    said: str
    ms: float = 0.0
    problems: tuple[Problem, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        problems = [{"path": each.path, "message": each.message, "hint": each.hint} for each in self.problems]
        told = {"name": self.name, "state": self.state, "said": self.said, "ms": self.ms}
        return {**told, "problems": problems, "details": dict(self.details)}


def timed(name: str, look: Callable[[], Found]) -> Step:
    """Take one step."""
    start = time.perf_counter()
    try:
        state, said, problems, details = look()
    except InputRefused as refused:
        state, said, problems, details = FAILED, str(refused), refused.problems, {}
    ms = round((time.perf_counter() - start) * 1000, 1)
    return Step(name=name, state=state, said=said, ms=ms, problems=tuple(problems), details=details)


def failures(steps: Iterable[Step]) -> list[Problem]:
    """Return what keeps the rule from going live."""
    return [problem for step in steps if step.state == FAILED for problem in step.problems]


def counted(problems: Sequence[Problem], *, good: str) -> Found:
    """Return the outcome of a step that only looks for problems."""
    if not problems:
        return PASSED, good, (), {}
    return FAILED, f"{len(problems)} of them lead nowhere" if good else "", problems, {}
