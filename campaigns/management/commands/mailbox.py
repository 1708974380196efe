"""Runs the local mailbox: an SMTP server on loopback that keeps each message for the console."""

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from campaigns.delivery.mailbox.serving import serve


class Command(BaseCommand):
    help = "Run the local mailbox, an SMTP server that keeps what it receives and shows it in the console."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
        parser.add_argument("--port", type=int, default=settings.MAILBOX_PORT, help="port (default MAILBOX_PORT)")

    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(serve(options["host"], options["port"], ready=self._say))

    def _say(self, host: str, port: int) -> None:
        self.stdout.write(f"mailbox: smtp://{host}:{port}")
        self.stdout.flush()
