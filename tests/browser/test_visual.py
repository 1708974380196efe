"""What pages look like, held to pictures: at most 60 pixels may differ. SNAP_UPDATE=1 takes the pictures anew.

A picture shows one part of a page, for small pictures show small changes. Times are masked, the clock stands still,
nothing moves. The pictures were taken with the fonts of Debian's fonts-noto-cjk; elsewhere the test is skipped.
"""

import io
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from django.urls import reverse
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page

from compliance.access.installation import DEMO_BRAND
from tests import factories
from tests.browser.conftest import Console, open_tab
from tests.console.shop import THANKED, Shop, open_shop

BASELINES: Final = Path(__file__).parent / "baselines"
MOST: Final = 20
BUDGET: Final = 60
NOON: Final = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
STILL: Final = "*, ::before, ::after { animation: none !important; transition: none !important; caret-color: #0000 }"
MASKED: Final = "main :is(time, [data-card=health], x-live, #live-sample, [data-card=figures] .stat:last-child)"
"""What differs from run to run: times, ids, measured delays."""
UPDATE: Final = bool(os.environ.get("SNAP_UPDATE"))

# name: chapter of the style guide, part of it, language, theme, width
GUIDE: Final = {
    "buttons-light": ("basics", "#spec-buttons", "en", "light", 1280),
    "badges-dark-zh": ("basics", "#spec-badges", "zh-hans", "dark", 1280),
    "fields-light-zh": ("forms", "#spec-fields", "zh-hans", "light", 1280),
    "choices-dark": ("forms", "#spec-choices", "en", "dark", 390),
    "table-light-zh": ("lists", "#spec-table", "zh-hans", "light", 1280),
    "states-dark": ("lists", "#spec-compact", "en", "dark", 1280),
    "banners-light-zh": ("messages", "#spec-banners", "zh-hans", "light", 1280),
    "dialogs-dark": ("messages", "#spec-dialogs", "en", "dark", 1280),
    "timeline-light": ("stories", "#spec-timeline", "en", "light", 1280),
    "conditions-dark-zh": ("logic", "#spec-conditions", "zh-hans", "dark", 1280),
    "canvas-light": ("journeys", "#spec-nodes", "en", "light", 1280),
    "builder-phone": ("t3-builder", "#main", "zh-hans", "light", 390),
}
# name: name of the page, its key, language, theme, width; the shop's rows came about at NOON
PAGES: Final = {
    "page-home-light": ("home", "", "en", "light", 1280),
    "page-segments-dark-zh": ("segment-list", "", "zh-hans", "dark", 1280),
    "page-frequency-phone": ("person-frequency", THANKED, "zh-hans", "light", 390),
    "page-builder-light-zh": ("segment-edit", "loyal", "zh-hans", "light", 1280),
    "page-journey-dark": ("flow", "win-back", "en", "dark", 1280),
    "page-imports-light": ("imports", "", "en", "light", 1280),
}

pytestmark = [pytest.mark.django_db(transaction=True)]


def fonts() -> bool:
    """Whether the fonts of the pictures are here."""
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", "Noto Sans CJK SC"], capture_output=True, check=True).stdout)


@pytest.fixture
def calm(browser: Browser, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    """A console in a workspace without rows, at noon, for as long as the test runs."""
    workspace = factories.workspace(name="Harvest Grocers 丰收超市", brand=DEMO_BRAND)
    user = factories.user(workspace)
    monkeypatch.setattr("config.kit.clock.now", lambda: NOON)  # the server's threads see it too
    shop = Shop(workspace=workspace, user=user, viewer=user, now=NOON)
    opened = open_tab(browser, live_server.url, shop)
    opened.page.clock.set_fixed_time(NOON)
    opened.log_in()
    yield opened
    opened.page.context.close()


@pytest.fixture
def busy(browser: Browser, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    """A console over a shop whose rows came about at noon, and where it stays noon."""
    monkeypatch.setattr("config.kit.clock.now", lambda: NOON)
    shop = open_shop(NOON)
    opened = open_tab(browser, live_server.url, shop)
    opened.page.clock.set_fixed_time(NOON)
    opened.log_in()
    yield opened
    opened.page.context.close()


def taken(page: Page, part: str) -> Image.Image:
    page.evaluate("document.fonts.ready")
    page.evaluate("document.querySelectorAll('.notice').forEach((each) => each.remove())")
    shot = page.locator(part).screenshot(style=STILL, animations="disabled", mask=[page.locator(MASKED)])
    return Image.open(io.BytesIO(shot)).convert("RGB")


def differing(one: Image.Image, other: Image.Image) -> int:
    """Count the pixels that differ by more than what rounding in the rasteriser may do."""
    if one.size != other.size:
        return max(one.width, other.width) * max(one.height, other.height)
    apart = ImageChops.difference(one, other).convert("L").point(lambda value: 255 if value > 8 else 0)
    return apart.histogram()[255]


def held(name: str, picture: Image.Image, tmp: Path) -> str:
    """Compare with the kept picture; return what to say if it is another."""
    kept = BASELINES / f"{name}.png"
    if UPDATE or not kept.exists():
        picture.quantize(256, dither=Image.Dither.NONE).save(kept, optimize=True)
        return "" if UPDATE else f"{name}: there was no picture; now there is one"
    n = differing(Image.open(kept).convert("RGB"), picture.quantize(256, dither=Image.Dither.NONE).convert("RGB"))
    if n <= BUDGET:
        return ""
    picture.save(tmp / f"{name}.png")
    return f"{name}: {n} pixels differ; see {tmp / name}.png, or take it anew with SNAP_UPDATE=1"


@pytest.mark.skipif(not fonts(), reason="the fonts of the pictures are not here")
@pytest.mark.slow
def test_the_style_guide_looks_as_it_did(calm: Console, tmp_path: Path):
    wrong = []
    for name, (chapter, part, language, theme, width) in GUIDE.items():
        calm.prefer(language=language, theme=theme)
        calm.resize(width)
        calm.go(reverse("styleguide-chapter", args=[chapter]))
        wrong.append(held(name, taken(calm.page, part), tmp_path))
    assert [said for said in wrong if said] == []


@pytest.mark.skipif(not fonts(), reason="the fonts of the pictures are not here")
@pytest.mark.slow
def test_the_key_pages_look_as_they_did(busy: Console, tmp_path: Path):
    wrong = []
    for name, (address, key, language, theme, width) in PAGES.items():
        busy.prefer(language=language, theme=theme)
        busy.resize(width)
        keys = [busy.shop.person(key) if key == THANKED else key] if key else []
        busy.go(reverse(address, args=keys))
        busy.page.wait_for_load_state("networkidle")
        busy.resize(width)
        wrong.append(held(name, taken(busy.page, "#main"), tmp_path))
    assert [said for said in wrong if said] == []


def test_there_are_few_pictures_and_each_is_looked_at():
    pictures = {path.stem for path in BASELINES.glob("*.png")}
    assert pictures == {*GUIDE, *PAGES}
    assert len(pictures) <= MOST
    assert sum(path.stat().st_size for path in BASELINES.iterdir()) < 3_000_000
