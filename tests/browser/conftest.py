"""A real browser over a real server: Debian's Chromium, driven by Playwright, which never downloads one."""

import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings
from django.core.management.base import CommandError
from django.test import Client, TransactionTestCase
from playwright.sync_api import Browser, Page, Route, expect

from audiences.people.models import Person
from compliance.access.models import User
from config.kit.ids import derived
from tests.console.kept import Shops
from tests.console.shop import Shop

CHROMIUM: Final = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
]
AXE: Final = Path(__file__).parent / "vendor" / "axe-4.14.1.min.js.gz"
WCAG: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PASSWORD: Final = "correct horse battery"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    absent = pytest.mark.skip(reason=f"no browser at {CHROMIUM}; set CHROMIUM to the path of one")
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM.exists():
                item.add_marker(absent)


@pytest.fixture(scope="session", autouse=True)
def _orm_beside_the_browser() -> Iterator[None]:
    """Playwright's synchronous form runs an event loop in this thread, which Django would refuse to query beside."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session", autouse=True)
def _emptied_again_after_a_deadlock() -> Iterator[None]:
    """A late request of a tab that was closed may read the tables being emptied, and the emptying lose: try again."""
    empty = TransactionTestCase._fixture_teardown

    def patiently(case: TransactionTestCase) -> None:
        for left in reversed(range(5)):
            try:
                empty(case)
            except CommandError:
                if not left:
                    raise
            else:
                return

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", patiently)
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": str(CHROMIUM), "args": FLAGS}


@dataclass(slots=True)
class Console:
    """The console in a browser tab. `errors` holds what the tab complained about: script errors, CSP violations."""

    address: str
    shop: Shop
    page: Page
    errors: list[str]
    scripts: bool = True

    def go(self, path: str) -> None:
        """Open a page and wait until its parts are there too, and its elements know what they are."""
        self.page.goto(f"{self.address}{path}")
        if self.scripts:
            expect(self.page.locator(":not(:defined)")).to_have_count(0, timeout=20_000)
            expect(self.page.locator("[aria-busy=true]")).to_have_count(0)

    def log_in(self, user: User | None = None) -> None:
        """Put a session into the browser, as if somebody (the shop's user, unless another is named) had logged in."""
        client = Client()
        client.force_login(user or self.shop.user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": self.address}])

    def log_in_by_form(self) -> None:
        self.go("/login/")
        self.page.get_by_label("User name").fill(self.shop.user.username)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()

    def hold(self, addresses: str) -> "list[Route]":
        """Keep requests of such addresses waiting; each goes on when the test says so, `held.pop().continue_()`."""
        held: list[Route] = []
        self.page.route(addresses, lambda route: held.append(route))  # noqa: PLW0108  (Playwright takes no built-ins)
        return held

    def prefer(self, *, language: str, theme: str) -> None:
        """Set the user's language and theme behind the browser's back; the next page has them."""
        user = self.shop.user
        user.language, user.theme = language, theme
        user.save(update_fields=["language", "theme"])

    def crowd(self, n: int, *, called: str = "crowd-{}") -> None:
        """Let `n` more people be known, each with an e-mail address."""
        now, workspace = self.shop.now, self.shop.workspace.pk
        Person.objects.bulk_create(
            Person(
                id=derived(workspace, "user", called.format(index)),
                workspace_id=workspace,
                user_id=called.format(index),
                traits={"email": f"crowd-{index}@example.com"},
                first_seen=now,
                last_seen=now,
            )
            for index in range(n)
        )

    def resize(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": 900})

    def overflow(self) -> int:
        """How many pixels the page is wider than the window."""
        script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(script))

    def violations(self) -> list[str]:
        """What axe finds against WCAG 2.2 AA, with everything that can be opened open."""
        self.page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true })")
        self.page.evaluate(gzip.decompress(AXE.read_bytes()).decode())
        found = self.page.evaluate("(tags) => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", WCAG)
        return [f"{each['id']}: {each['nodes'][0]['target']} {each['help']}" for each in found["violations"]]


@pytest.fixture(scope="session")
def shops() -> Shops:
    return Shops()


@pytest.fixture
def shop(transactional_db: None, shops: Shops) -> Shop:
    return shops.open(datetime.now(UTC))


def open_tab(browser: Browser, address: str, shop: Shop, **options: Any) -> Console:
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="en-US", reduced_motion="reduce", **options
    )
    page = context.new_page()
    scripts = options.get("java_script_enabled", True)
    console = Console(address=address, shop=shop, page=page, errors=[], scripts=scripts)
    page.on("pageerror", lambda error: console.errors.append(str(error)))
    page.on("console", lambda said: console.errors.append(said.text) if said.type in ("error", "warning") else None)
    return console


@pytest.fixture
def console(browser: Browser, live_server: Any, shop: Shop) -> Iterator[Console]:
    opened = open_tab(browser, live_server.url, shop)
    yield opened
    opened.page.context.close()


@pytest.fixture
def bare(browser: Browser, live_server: Any, shop: Shop) -> Iterator[Console]:
    """A browser without JavaScript."""
    opened = open_tab(browser, live_server.url, shop, java_script_enabled=False)
    yield opened
    opened.page.context.close()
