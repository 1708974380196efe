"""How soon a page is seen in a browser that has nothing of it yet, over a running installation.

The installation is the product's own: its web server, its collected static files, its workers beside it, over the
database of the console's bench. Chromium's cache is off and each turn has a profile of its own; the times are the
browser's own, from its performance timeline, and begin with the request.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.bench import console
from tests.bench.crowd import WORKSPACE
from tests.bench.kit import Line, Report, median
from tests.bench.place import database
from tests.installation import Installed, installed

ROUNDS: Final = 5
TARGET: Final = 1000
CHROMIUM: Final = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PERSON: Final = f"select id from audiences_person where workspace_id = {WORKSPACE} and user_id = 'u4711'"

SEEN: Final = """() => new Promise((resolve) => {
  const shown = (kind) => performance.getEntriesByType(kind);
  new PerformanceObserver((list, own) => {
    own.disconnect();
    const loaded = shown('resource'), page = shown('navigation')[0];
    resolve({
      answer: page.responseStart - page.requestStart,
      first: performance.getEntriesByName('first-contentful-paint')[0].startTime,
      largest: list.getEntries().at(-1).startTime,
      html: page.encodedBodySize,
      rest: loaded.reduce((sum, each) => sum + each.encodedBodySize, 0),
    });
  }).observe({ type: 'largest-contentful-paint', buffered: true });
})"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One look at a page: milliseconds until its first byte, first and largest paint; bytes that came over the wire."""

    answer: float
    first: float
    largest: float
    html: float
    rest: float


def run(report: Report, *, quick: bool = False) -> None:
    """Measure key pages; nothing is measured where there is no Chromium."""
    if not CHROMIUM.exists():
        report.add(Line(metric="paint", workload="", value=f"no browser at {CHROMIUM}; set CHROMIUM"))
        return
    size = console.QUICK if quick else console.FULL
    with database() as url:
        console.prepare(url, size)
        with installed(DATABASE_URL=url) as here:
            here.serve()
            here.until_answering()
            for name, looks in _looks(here, _addresses(url)):
                report.add(_line(name, looks, workload=str(size)))


def _addresses(url: str) -> dict[str, str]:
    with psycopg.connect(url) as connection:
        row = connection.execute(PERSON).fetchone()
    assert row is not None
    return {
        "log-in": "/login/",
        "home": "/",
        "people": "/people/",
        "person": f"/people/{row[0]}/",
        "messages": "/messages/",
        "segment builder": f"/segments/{console.BUILT}/edit/",
        "segment": "/segments/segment-20/",
        "journey": "/journeys/flow-3/",
        "audit": "/audit/",
    }


def _looks(here: Installed, addresses: dict[str, str]) -> Iterator[tuple[str, list[Seen]]]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        state = _logged_in(browser, here)
        _look(browser, here.url + addresses["home"], state)  # the first request of a server process makes its templates
        for name, address in addresses.items():
            own = None if name == "log-in" else state
            yield name, [_look(browser, here.url + address, own) for _round in range(ROUNDS)]
        browser.close()


def _logged_in(browser: Browser, here: Installed) -> Any:
    """What a member's browser keeps, as Playwright's storage state."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{here.url}/login/")
    page.get_by_label("User name").fill(console.MEMBER[0])
    page.get_by_label("Password").fill(console.MEMBER[1])
    page.get_by_role("button", name="Log in").click()
    page.locator("nav.side").wait_for()
    state = context.storage_state()
    context.close()
    return state


def _look(browser: Browser, address: str, state: Any) -> Seen:
    """Open a page with nothing in the cache, in a profile that has seen nothing."""
    context: BrowserContext = browser.new_context(storage_state=state, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    answer = page.goto(address, wait_until="load")
    assert answer is not None
    assert answer.ok, (address, answer.status)
    seen = Seen(**page.evaluate(SEEN))
    context.close()
    return seen


def _line(name: str, looks: list[Seen], *, workload: str) -> Line:
    first, largest, answer = (
        median([getattr(look, each) for look in looks]) for each in ("first", "largest", "answer")
    )
    return Line(
        metric=f"paint: {name}",
        workload=workload,
        value=f"first {first:.0f} ms, largest {largest:.0f} ms",
        limit=f"{TARGET} ms",
        ratio=first / TARGET,
        target=1,
        at_most=True,
        note=f"first byte {answer:.0f} ms; page {looks[0].html / 1024:.0f} KiB, with it {looks[0].rest / 1024:.0f} KiB",
    )
