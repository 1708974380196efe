"""Runs the parts that are named, or all, and prints one table."""

import argparse
import pkgutil
from importlib import import_module
from pathlib import Path

import tests.bench
from tests.bench.kit import Report

NOT_PARTS = {
    *("console_asked", "console_loading", "console_measures", "words_measures"),
    *("__main__", "importing", "kit", "limits", "place", "putting", "settings", "streaming", "trail", "urls"),
    *("history", "walking", "windows"),
    *("burst_load", "bursting"),
    *("crowd", "crowd_loading", "crowd_measures", "crowd_questions", "crowd_stream", "olap"),
}


def main() -> None:
    names = [module.name for module in pkgutil.iter_modules(tests.bench.__path__) if module.name not in NOT_PARTS]
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=tests.bench.__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(names))
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--quick", action="store_true", help="smaller loads: to see that it runs")
    parser.add_argument("--people", type=int, help="audiences: how many people (default 100,000)")
    parser.add_argument("--events", type=int, help="audiences: how many events of theirs (default twenty each)")
    parser.add_argument("--keep", action="store_true", help="audiences: keep the crowds, and ask them again next time")
    asked = parser.parse_args()
    unknown = set(asked.parts) - set(names)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    report = Report()
    for name in asked.parts or names:
        more = {"people": asked.people or 0, "events": asked.events, "keep": asked.keep} if name == "audiences" else {}
        import_module(f"tests.bench.{name}").run(report, quick=asked.quick, **more)
    print("\n" + report.table())
    if asked.json:
        report.write_json(asked.json)


if __name__ == "__main__":
    main()
