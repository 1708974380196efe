"""The few things that every benchmark needs: alternate, take the median, form the ratio, let two journals agree."""

import gc
import json
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TypeVar

T = TypeVar("T")

NEAR = 0.8
"""A row below this part of its target is flagged."""


class Disagreement(Exception):
    """Two journals of the same run count differently: the figures mean nothing."""


def agree(**journals: int) -> int:
    """Return what all journals count; raise if they differ."""
    if len(set(journals.values())) != 1:
        raise Disagreement(", ".join(f"{name}: {count}" for name, count in journals.items()))
    return next(iter(journals.values()))


def interleave(programs: Mapping[str, Callable[[], T]], *, rounds: int = 3) -> dict[str, list[T]]:
    """Run the programs in turn, `rounds` times, so that what disturbs the machine disturbs them alike."""
    results: dict[str, list[T]] = {name: [] for name in programs}
    for number in range(rounds):
        order = list(programs) if number % 2 == 0 else list(reversed(programs))
        for name in order:
            gc.collect()
            results[name].append(programs[name]())
    return results


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def quantile(values: Sequence[float], part: float) -> float:
    """Return the value below which `part` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


@contextmanager
def stopwatch() -> Iterator[list[float]]:
    """Put the seconds that the block took into the list."""
    taken: list[float] = []
    start = perf_counter()
    yield taken
    taken.append(perf_counter() - start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure beside its limit. `ratio` is compared with `target`: at least, or at most if `at_most`."""

    metric: str
    workload: str
    value: str
    limit: str = ""
    ratio: float | None = None
    target: float | None = None
    at_most: bool = False
    note: str = ""

    @property
    def verdict(self) -> str:
        """Say whether the target is met, nearly met, or missed."""
        if self.ratio is None or self.target is None:
            return ""
        reached = self.target / self.ratio if self.at_most else self.ratio / self.target
        return "met" if reached >= 1 else "near" if reached >= NEAR else "BELOW"


@dataclass(slots=True)
class Report:
    """Collects lines; prints them as a table, writes them as JSON."""

    lines: list[Line] = field(default_factory=list)

    def add(self, line: Line) -> None:
        self.lines.append(line)
        print(self._row(line), flush=True)

    def table(self) -> str:
        """Return everything as one Markdown table."""
        head = ["metric", "workload", "value", "limit in the same run", "ratio", "target", "verdict", "note"]
        rows = [head, ["---"] * len(head), *(self._cells(line) for line in self.lines)]
        return "\n".join("| " + " | ".join(row) + " |" for row in rows)

    def write_json(self, path: Path) -> None:
        path.write_text(json.dumps([asdict(line) | {"verdict": line.verdict} for line in self.lines], indent=1))

    def _row(self, line: Line) -> str:
        return "  ".join(cell for cell in self._cells(line) if cell)

    def _cells(self, line: Line) -> list[str]:
        bound = "≤" if line.at_most else "≥"
        ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
        target = "" if line.target is None else f"{bound} {line.target:g}"
        return [line.metric, line.workload, line.value, line.limit, ratio, target, line.verdict, line.note]
