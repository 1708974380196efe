"""Runs the whole product on this machine, or the roles that are named."""

import json
import sys
import time
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.embedded import roles
from config.embedded.forks import fork
from config.embedded.installation import ALL_ROLES, Installation, alone, logs, refuse_busy_ports, tail
from config.embedded.places import Unusable
from config.embedded.supervisor import Interrupted, NeverReady, Supervisor


class Command(BaseCommand):
    help = "Start the database, the broker, the workers and the web server, and keep them running until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("roles", nargs="*", help=f"only these of: {' '.join(ALL_ROLES)}")
        parser.add_argument("--demo", action="store_true", help="feed the demo brand after the start")
        parser.add_argument("--once", action="store_true", help="stop after the feed")

    def handle(self, *args: Any, **options: Any) -> None:
        only = frozenset(options["roles"] or ALL_ROLES)
        if unknown := only - set(ALL_ROLES):
            raise CommandError(f"unknown role {', '.join(sorted(unknown))}; there are: {' '.join(ALL_ROLES)}")
        supervisor = Supervisor(say=self._say)
        try:
            with alone():
                refuse_busy_ports(only)
                code = self._serve(supervisor, only, demo=options["demo"], once=options["once"])
        except Unusable as reason:
            raise CommandError(str(reason)) from None
        except NeverReady as part:
            raise CommandError(f"{part} does not start; its log ends:\n{tail(logs() / f'{part}.log')}") from None
        sys.exit(code)

    def _serve(self, supervisor: Supervisor, only: frozenset[str], *, demo: bool, once: bool) -> int:
        """Run until asked to stop; whatever happens on the way, leave no process behind."""
        started = time.monotonic()
        supervisor.listen()
        try:
            roles.preload()
            Installation(supervisor, only=only).start()
            self._say(f"Signalbox runs: {settings.PUBLIC_URL}  ({time.monotonic() - started:.1f} s; logs in {logs()})")
            code = self._feed(supervisor) if demo else 0
            if once:
                return code
            self._say(self._farewell())
            supervisor.until(lambda: False, pause=0.5)
        except Interrupted:
            self._say("stopping …")
        finally:
            supervisor.stop()
            self._say("stopped; no process is left.")
        return 0

    def _feed(self, supervisor: Supervisor) -> int:
        for name in ("bootstrap", "feed_demo"):
            if code := supervisor.run_once(partial(fork, partial(roles.command, name), log=None)):
                self._say(f"{name} ended with exit code {code}")
                return code
        return 0

    def _farewell(self) -> str:
        """Say once more, below the feed's figures, where the console is and how to get in."""
        try:
            kept = json.loads((settings.VAR / "credentials.json").read_text())
        except FileNotFoundError:
            return "Ctrl-C stops it."
        return (
            f"The console: {settings.PUBLIC_URL}  (log in as {kept['user']} with {kept['password']}). Ctrl-C stops it."
        )

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()
