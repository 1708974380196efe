"""`manage.py messages`: brings the Chinese catalogue up to date with the sources, and compiles it."""

from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.env import BASE
from config.kit import catalogue

FOLDER: Final = Path("zh_Hans") / "LC_MESSAGES"


class Command(BaseCommand):
    help = "Finds the texts shown to people, keeps their Chinese translations, and compiles them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail if anything would or lacks")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        folder = Path(settings.LOCALE_PATHS[0]) / FOLDER
        source, binary = folder / "django.po", folder / "django.mo"
        before = source.read_text(encoding="utf-8") if source.exists() else ""
        text = catalogue.write(catalogue.shown_texts(BASE).values(), catalogue.read(before))
        missing = [first for first, (_texts, done) in catalogue.read(text).items() if not done]
        if check:
            if text != before or not binary.exists() or binary.read_bytes() != catalogue.compiled(text):
                raise CommandError("The catalogue is out of date; run `manage.py messages`.")
            if missing:
                raise CommandError("Not translated: " + " | ".join(missing))
            return
        folder.mkdir(parents=True, exist_ok=True)
        source.write_text(text, encoding="utf-8")
        binary.write_bytes(catalogue.compiled(text))
        for first in missing:
            self.stdout.write(f"not translated: {first}")
