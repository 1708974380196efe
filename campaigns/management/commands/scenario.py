"""`manage.py scenario FILE...`: runs scenarios on the real code and leaves nothing behind; exit 1 if any fails."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.scenario.runner import Failure, Result, run_files


class Command(BaseCommand):
    """Runs scenario files and says how each scenario went."""

    help = "Run scenario files (YAML or JSON) with a simulated clock; nothing is kept and nothing is sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take files, and directories of files."""
        parser.add_argument("files", nargs="+", metavar="FILE", help="a scenario file, or a directory of them")
        parser.add_argument("--json", action="store_true", help="print the results as one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run all, print each result as it comes, and fail if one failed."""
        results = []
        for result in run_files(_files(options["files"])):
            results.append(result)
            if not options["json"]:
                self.stdout.write(_told(result))
        if options["json"]:
            self.stdout.write(json.dumps([r.as_json() for r in results], ensure_ascii=False, indent=2, default=str))
        failed = sum(not result.passed for result in results)
        if failed or not results:
            raise CommandError(f"{failed} of {len(results)} scenarios failed", returncode=1)


def _files(given: list[str]) -> Iterator[Path]:
    for name in given:
        path = Path(name)
        yield from sorted(path.glob("*.y*ml")) if path.is_dir() else [path]


def _told(result: Result) -> str:
    line = f"{'ok  ' if result.passed else 'FAIL'}  {result.name}  ({result.seconds:.2f} s)"
    if result.error:
        line += "".join(f"\n      {part}" for part in result.error.splitlines())
    return line + "".join(_failure(failure) for failure in result.failures)


def _failure(failure: Failure) -> str:
    expected, actual = _lines(failure.expected), _lines(failure.actual)
    height = max(len(expected), len(actual))
    width = max([len("expected"), *map(len, expected)])
    rows = zip([*expected, *[""] * (height - len(expected))], [*actual, *[""] * (height - len(actual))], strict=True)
    table = "".join(f"\n        {left.ljust(width)} │ {right}" for left, right in [("expected", "actual"), *rows])
    return f"\n      step {failure.step}, {failure.what}:{table}"


def _lines(value: Any) -> list[str]:
    """Return a value as lines to be set side by side: an item each."""
    items = value if isinstance(value, list) and value else [value]
    return [json.dumps(item, ensure_ascii=False, default=str) for item in items]
