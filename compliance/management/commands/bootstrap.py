"""`manage.py bootstrap`: makes the demo workspace, its administrator and its keys, once."""

import json
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from compliance.access.installation import bootstrap
from config.kit import clock


class Command(BaseCommand):
    help = "Make the demo workspace, an administrator and two API keys; print them. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the credentials as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.VAR / "credentials.json"
        credentials = bootstrap(path, now=clock.now())
        if options["json"]:
            self.stdout.write(json.dumps(asdict(credentials)))
            return
        self.stdout.write(f"Log in as {credentials.user} with {credentials.password}")
        self.stdout.write(f"Write key: {credentials.write_key} (both keys are kept in {path})")
