"""Runs scenarios, one after the other on an empty stage, and undoes everything that they did."""

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from campaigns.parking import ParkedEvent
from campaigns.scenario.actual import shown
from campaigns.scenario.aside import tables_aside, undone
from campaigns.scenario.doing import do, prepare
from campaigns.scenario.expectations import check_expect, differences
from campaigns.scenario.form import read_scenario, refused
from campaigns.scenario.stage import Restless, Stage, staged
from campaigns.scenario.steps import ExpectStep, Scenario
from campaigns.scenario.yaml12 import documents
from config.kit.errors import Conflict, InputRefused

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What was not as expected, and at which step; `expected` and `actual` are plain data."""

    step: int
    what: str
    expected: Any
    actual: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a scenario went. `error` says why it could not be run to its end."""

    file: str
    name: str
    seconds: float
    failures: tuple[Failure, ...] = ()
    error: str = ""

    @property
    def passed(self) -> bool:
        return not self.failures and not self.error

    def as_json(self) -> Mapping[str, Any]:
        """Return the result as plain data."""
        failures = [{"step": f.step, "what": f.what, "expected": f.expected, "actual": f.actual} for f in self.failures]
        parts = {"file": self.file, "name": self.name, "passed": self.passed, "seconds": round(self.seconds, 3)}
        return {**parts, "failures": failures, **({"error": self.error} if self.error else {})}


def run_files(paths: Iterable[Path]) -> Iterator[Result]:
    """Run the scenarios of the files, each as soon as it is asked for."""
    with tables_aside():
        for path in paths:
            yield from _run_file(path)


def _run_file(path: Path) -> Iterator[Result]:
    try:
        found = list(documents(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        yield Result(file=str(path), name=path.name, seconds=0, error=f"cannot be read: {error}")
        return
    except InputRefused as refusal:
        yield Result(file=str(path), name=path.name, seconds=0, error=refused(refusal.problems))
        return
    for raw in found or [None]:
        yield run_document(raw, file=str(path))


def run_document(raw: Any, *, file: str) -> Result:
    """Run one scenario inside `tables_aside`; what it leaves is undone."""
    started = time.perf_counter()
    name = str(raw.get("name") or Path(file).stem) if isinstance(raw, Mapping) else Path(file).stem
    failures: list[Failure] = []
    error = ""
    try:
        with undone():
            failures += _play(read_scenario(raw, check_expect=check_expect))
    except InputRefused as refusal:
        error = refused(refusal.problems)
    except (Restless, Conflict) as reason:
        error = str(reason)
    except Exception as reason:  # one scenario's fault must not keep the others from being run
        log.exception("scenario %s broke", name)
        error = f"{type(reason).__name__}: {reason}"
    seconds = time.perf_counter() - started
    return Result(file=file, name=name, seconds=seconds, failures=tuple(failures), error=error)


def _play(scenario: Scenario) -> list[Failure]:
    failures: list[Failure] = []
    with staged(name=scenario.name, start=scenario.start, zone=scenario.zone) as stage:
        prepare(scenario, stage)
        for number, step in enumerate(scenario.steps, start=1):
            if isinstance(step, ExpectStep):
                failures += _unmet(number, step, stage)
            else:
                _do(number, step, stage)
        _refuse_parked(stage)
    return failures


def _do(number: int, step: Any, stage: Stage) -> None:
    try:
        do(step, stage)
    except (Conflict, InputRefused, Restless) as reason:
        raise Restless(f"step {number}: {reason}") from reason


def _unmet(number: int, step: ExpectStep, stage: Stage) -> Iterator[Failure]:
    for found in differences(step.wanted, stage):
        yield Failure(step=number, what=found.what, expected=shown(found.expected), actual=shown(found.actual))


def _refuse_parked(stage: Stage) -> None:
    """An event that could not be processed is a defect, whatever was expected."""
    parked = ParkedEvent.objects.filter(workspace_id=stage.workspace_id).first()
    if parked is not None:
        raise Restless(f"an event could not be processed ({parked.reason}): {parked.detail}")
