"""`python -m tests.browser.shots OUT [--only WORD …]`: pictures of every page, for somebody to look at.

Opens the shop in its town and takes each page, form, dialog and empty state of `scenes.py` in two languages, two themes
and three widths; `OUT/wide` and `OUT/narrow` have a sheet of each.
"""

import argparse
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs an event loop in this thread

import django

django.setup()  # before the models below can be imported

from django.conf import settings  # noqa: E402
from django.contrib.staticfiles.handlers import StaticFilesHandler  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.testcases import LiveServerThread  # noqa: E402
from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402

from campaigns import pulse  # noqa: E402
from compliance.access.models import User, Workspace  # noqa: E402
from config.env import BASE  # noqa: E402
from tests import throwaway  # noqa: E402
from tests.browser.conftest import CHROMIUM, FLAGS  # noqa: E402
from tests.browser.scenes import KEPT, Scene, scenes  # noqa: E402
from tests.console.shop import NAME, Shop  # noqa: E402
from tests.console.town import open_town  # noqa: E402
from tests.throwaway import running_postgres  # noqa: E402

QUEUES: Final = ("rules", "flows", "delivery", "maintenance", "jobs")
"""Whose workers a shop that is photographed seems to have."""
LANGUAGES: Final = {"en": "en", "zh": "zh-hans"}
BROWSERS: Final = {"en": "en-GB", "zh": "zh-CN"}
THEMES: Final = ("light", "dark")
WIDTHS: Final = {1440: 900, 768: 1024, 390: 844}
IMAGES: Final = BASE / "docs" / "images"
TALLEST: Final = 2600
GAP: Final = 8
SHEETS: Final = {
    "wide": [(1440, 720, ("en",)), (1440, 720, ("zh",))],
    "narrow": [(390, 390, ("en", "zh")), (768, 390, ("en", "zh"))],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """Where pictures are taken: a served shop, and a directory to put them into."""

    address: str
    page: Page
    out: Path

    def take(self, scene: Scene, language: str) -> None:
        """Open a scene once and take it in both themes and all widths."""
        self._enter(scene, language)
        self.page.set_viewport_size({"width": 1440, "height": 900})
        self.page.goto(f"{self.address}{scene.address}")
        self._settle()
        for act in scene.acts:
            act(self.page)
            self._settle()
        for theme in THEMES:
            self.page.evaluate("(theme) => { document.documentElement.dataset.theme = theme }", theme)
            for width, height in WIDTHS.items():
                self.page.set_viewport_size({"width": width, "height": height})
                self._shoot(self.out / f"{scene.name}.{language}.{theme}.{width}.png", whole=not scene.window)

    def print(self, scene: Scene) -> None:
        """Print a scene on A4 in both themes: on paper they are to be the same."""
        (self.out / "paper").mkdir(exist_ok=True)
        self._enter(scene, "en")
        self.page.set_viewport_size({"width": 1440, "height": 900})
        self.page.goto(f"{self.address}{scene.address}")
        self._settle()
        for theme in THEMES:
            self.page.evaluate("(theme) => { document.documentElement.dataset.theme = theme }", theme)
            path = self.out / "paper" / f"{scene.name}.{theme}.pdf"
            self.page.pdf(path=path, format="A4", prefer_css_page_size=True, print_background=True)

    def _enter(self, scene: Scene, language: str) -> None:
        self.page.context.clear_cookies()
        self.page.context.add_cookies([{"name": "language", "value": LANGUAGES[language], "url": self.address}])
        for queue in QUEUES:
            pulse.beat(queue, now=datetime.now(UTC))
        if scene.user is None:
            return
        User.objects.filter(pk=scene.user.pk).update(language=LANGUAGES[language], theme="light", zone="Asia/Shanghai")
        client = Client()
        client.force_login(User.objects.get(pk=scene.user.pk))
        kept = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": kept, "url": self.address}])

    def _settle(self) -> None:
        expect(self.page.locator(":not(:defined)")).to_have_count(0, timeout=20_000)
        expect(self.page.locator("[aria-busy=true], [data-stale], .htmx-request")).to_have_count(0, timeout=20_000)
        self.page.evaluate("document.fonts.ready")

    def _shoot(self, path: Path, *, whole: bool) -> None:
        self.page.screenshot(path=path, animations="disabled", full_page=whole, caret="hide")


def sheet(out: Path, name: str, rows: Sequence[tuple[int, int, tuple[str, ...]]]) -> Image.Image:
    """Lay pictures of a scene out in rows, each given as (width of the window, width on the sheet, languages)."""
    laid = [_row(out, name, width, shown, languages) for width, shown, languages in rows]
    page = Image.new("RGB", (max(row.width for row in laid), sum(row.height + GAP for row in laid)), "#777")
    top = 0
    for row in laid:
        page.paste(row, (0, top))
        top += row.height + GAP
    return page


def _row(out: Path, name: str, width: int, shown: int, languages: tuple[str, ...]) -> Image.Image:
    paths = [out / f"{name}.{language}.{theme}.{width}.png" for language in languages for theme in THEMES]
    pictures = [_scaled(Image.open(path).convert("RGB"), shown) for path in paths]
    row = Image.new("RGB", (len(pictures) * (shown + GAP), max(picture.height for picture in pictures)), "#777")
    for number, picture in enumerate(pictures):
        row.paste(picture, (number * (shown + GAP), 0))
    return row


def _scaled(picture: Image.Image, width: int) -> Image.Image:
    cut = picture.crop((0, 0, picture.width, min(picture.height, TALLEST)))
    return cut.resize((width, round(cut.height * width / cut.width)), Image.Resampling.LANCZOS)


def keep(out: Path) -> None:
    """Copy the pictures of the documentation there: what a window shows, in few colours, so that they stay small."""
    for name, (scene, language, theme, width) in KEPT.items():
        picture = Image.open(out / f"{scene}.{language}.{theme}.{width}.png").convert("RGB")
        shown = picture.crop((0, 0, width, min(WIDTHS[width], picture.height)))
        shown.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
            IMAGES / f"{name}.png", optimize=True
        )


@contextmanager
def served() -> Iterator[str]:
    """Serve the console from a thread of this process and yield its address."""
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={})
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.browser.shots", description=__doc__)
    asked.add_argument("out", type=Path)
    asked.add_argument("--only", nargs="*", default=[], help="take only scenes whose name has one of these words")
    asked.add_argument("--paper", action="store_true", help="print them as PDF instead of taking pictures")
    asked.add_argument("--keep", action="store_true", help="take those of docs/images, and put them there")
    given = asked.parse_args()
    if given.keep:
        given.only = [f"^{scene}$" for scene, *_how in KEPT.values()]
    given.out.mkdir(parents=True, exist_ok=True)
    with running_postgres() if throwaway.is_meant() else nullcontext():
        began = time.monotonic()
        shop = _town()
        print(f"The town stands after {time.monotonic() - began:.0f} s.")
        with served() as address, sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
            studios = {language: _studio(browser, address, given.out, language) for language in LANGUAGES}
            wanted = [s for s in scenes(shop) if not given.only or re.search("|".join(given.only), s.name)]
            for scene in wanted:
                studios["en"].print(scene) if given.paper else _take(studios, scene)
            browser.close()
            if given.keep:
                keep(given.out)
            time.sleep(1)  # a live stream notices a second later that nobody listens
    print(f"{12 * len(wanted)} pictures of {len(wanted)} scenes in {time.monotonic() - began:.0f} s.")


def _town() -> Shop:
    """Build the town; a database that DATABASE_URL names keeps it for the next time."""
    call_command("migrate", verbosity=0)
    if kept := Workspace.objects.filter(name=NAME).first():
        admin, viewer = (kept.members.filter(role=role).earliest("pk").user for role in ("admin", "viewer"))
        return Shop(workspace=kept, user=admin, viewer=viewer, now=datetime.now(UTC))
    return open_town(datetime.now(UTC))


def _studio(browser: Browser, address: str, out: Path, language: str) -> Studio:
    """Open a tab of a browser that speaks the language."""
    page = browser.new_context(locale=BROWSERS[language], reduced_motion="reduce").new_page()
    page.on("pageerror", lambda error: print(f"  script error: {error}", file=sys.stderr))
    return Studio(address=address, page=page, out=out)


def _take(studios: Mapping[str, Studio], scene: Scene) -> None:
    try:
        for language, studio in studios.items():
            studio.take(scene, language)
    except Exception as error:  # the other scenes are wanted all the same
        print(f"{scene.name} ({scene.address}): {str(error).splitlines()[0]}", file=sys.stderr)
        return
    out = studios["en"].out
    for kind, rows in SHEETS.items():
        (out / kind).mkdir(exist_ok=True)
        sheet(out, scene.name, rows).save(out / kind / f"{scene.name}.png")


if __name__ == "__main__":
    main()
