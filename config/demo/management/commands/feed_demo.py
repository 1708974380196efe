"""`manage.py feed_demo`: feeds the demo brand to a running installation through its public API."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.demo.feed import feed
from config.demo.report import table
from config.demo.wire import Api, ApiRefused


class Command(BaseCommand):
    help = "Create the demo's definitions, import its history, play its last day, and print the figures."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=91, help="how many days of the year, 32 to 365 (default 91)")
        parser.add_argument("--live", type=float, default=45, help="seconds in which the last day is played")
        parser.add_argument("--replay", action="store_true", help="on a fed installation: play the last day again")
        parser.add_argument("--url", default=settings.PUBLIC_URL, help="where the product runs")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 32 <= options["days"] <= 365:
            raise CommandError("--days: 32 to 365, because the segment looks 30 days back")
        try:
            summary = feed(
                self._api(options["url"]),
                days=options["days"],
                live_seconds=max(options["live"], 1),
                replay=options["replay"],
                say=self.stdout.write,
            )
        except (ApiRefused, OSError) as error:
            raise CommandError(f"the feed stopped: {error}") from None
        path = settings.VAR / "summary.json"
        path.write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        self.stdout.write(f"{table(summary)}\n\n(also in {path})")

    def _api(self, url: str) -> Api:
        try:
            kept = json.loads((settings.VAR / "credentials.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise CommandError("no keys here: run `manage.py bootstrap` first") from None
        return Api(url, write_key=kept["write_key"], secret_key=kept["secret_key"])
