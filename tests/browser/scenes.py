"""What is photographed: every address of the console, and the forms, errors, menus, dialogs and empty states on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.urls import reverse
from playwright.sync_api import Page

from campaigns.delivery.models import Delivery, MailboxMessage
from campaigns.flows.models import Run
from compliance.access.models import User, Workspace
from compliance.consent.links import links_for
from compliance.jobs.models import Job
from config.styleguide.chapters import CHAPTERS
from tests import factories
from tests.console.shop import DOUBTFUL, FRUGAL, NO_CONSENT, THANKED, Shop

Act = Callable[[Page], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One thing to look at: who sees it (None: nobody is logged in), where, and what they do there first.

    `window` is for what lies over the page: the window alone is taken, not all of the page.
    """

    name: str
    address: str
    user: User | None
    acts: Sequence[Act] = ()
    window: bool = False


def click(selector: str) -> Act:
    return lambda page: page.locator(selector).first.click()


def fill(selector: str, text: str) -> Act:
    return lambda page: page.locator(selector).first.fill(text)


def press(*keys: str) -> Act:
    return lambda page: [page.keyboard.press(key) for key in keys]


def shown(selector: str) -> Act:
    return lambda page: page.locator(selector).first.wait_for()


KEPT: Final = {  # name of the picture in docs/images: scene, language, theme, width
    "home": ("home", "en", "light", 1440),
    "home-zh-dark": ("home", "zh", "dark", 1440),
    "home-phone": ("home", "en", "light", 390),
    "person": ("person-thanked", "en", "light", 1440),
    "person-zh-phone": ("person-blocked", "zh", "dark", 390),
    "segment": ("segment-page-many", "en", "dark", 1440),
    "segment-builder": ("segment-edit-many", "en", "light", 1440),
    "journey-zh-dark": ("flow-welcome", "zh", "dark", 1440),
    "rule-editor": ("rule-edit", "en", "light", 1440),
    "message": ("message-sent", "en", "light", 1440),
    "messages-zh": ("messages", "zh", "light", 1440),
    "import-zh": ("import-draft", "zh", "light", 1440),
    "palette-dark": ("over-palette-found", "en", "dark", 1440),
    "audit": ("audit", "en", "light", 1440),
}
DIALOG: Final = "dialog[open]"
LISTS: Final = (
    "people",
    "segment-list",
    "rules",
    "flows",
    "runs",
    "messages",
    "mailbox",
    "parked",
    "refused",
    "imports",
)


def scenes(shop: Shop) -> list[Scene]:
    """Return all that there is to see in the shop."""
    user = User.objects.get(pk=shop.user.pk)
    plain = {**_lists(), **_people(shop), **_audience(shop), **_flows(shop), **_sends(shop), **_rest(shop)}
    taken = [Scene(name=name, address=address, user=user) for name, address in plain.items()]
    taken += [Scene(name=name, address=at, user=user, acts=acts) for name, (at, acts) in _done(shop).items()]
    over = _over(shop)
    taken += [Scene(name=name, address=at, user=user, acts=acts, window=True) for name, (at, acts) in over.items()]
    for chapter in CHAPTERS:
        at = reverse("styleguide-chapter", args=[chapter.key])
        taken.append(Scene(name=f"guide-{chapter.key}", address=at, user=user))
    return [*taken, *_others(shop)]


def _lists() -> dict[str, str]:
    return {
        **{name.removesuffix("-list"): reverse(name) for name in LISTS},
        "home": f"{reverse('home')}?window=7d",
        "home-day": reverse("home"),
        "home-arrange": f"{reverse('home')}?window=7d&arrange=1",
        "find": f"{reverse('find')}?q=gold",
        "people-none": f"{reverse('people')}?q=nobody-at-all",
        "people-filtered": f"{reverse('people')}?known=yes&mail=yes&segment=loyal",
        "messages-blocked": f"{reverse('messages')}?state=blocked&sort=asked",
        "jobs": reverse("jobs"),
        "audit": reverse("audit"),
        "audit-rules": f"{reverse('audit')}?action=rule.",
        "preferences": reverse("preferences"),
        "guide": reverse("styleguide"),
    }


def _people(shop: Shop) -> dict[str, str]:
    names = {"thanked": THANKED, "blocked": NO_CONSENT, "frugal": FRUGAL, "doubtful": DOUBTFUL, "merged": "walk-in-2"}
    people = {f"person-{name}": reverse("person", args=[shop.person(user)]) for name, user in names.items()}
    person = shop.person(THANKED)
    parts = ("story", "why", "now", "frequency", "merges", "note", "unmask", "contact")
    return {
        **people,
        **{f"person-part-{part}": reverse(f"person-{part}", args=[person]) for part in parts},
        "privacy": reverse("privacy"),
        "privacy-ask": reverse("privacy-ask", args=[person]),
        "identity": reverse("identity-claims"),
        "identity-merge": reverse("identity-merge"),
        "identity-merge-preview": f"{reverse('identity-merge')}?loser={FRUGAL}&winner={THANKED}",
    }


def _audience(shop: Shop) -> dict[str, str]:
    tabs = ("page", "members-page", "history-page", "uses", "trail", "growth")
    return {
        **{f"segment-{tab}": reverse(f"segment-{tab}", args=["loyal"]) for tab in tabs},
        "segment-page-many": reverse("segment-page", args=["big-spenders"]),
        "segment-page-static": reverse("segment-page", args=["staff"]),
        "segment-new": reverse("segment-new"),
        "segment-edit": reverse("segment-edit", args=["loyal"]),
        "segment-edit-many": reverse("segment-edit", args=["big-spenders"]),
        "import-new": reverse("import-new"),
        "import-draft": reverse("import", args=[shop.drafted().pk]),
        "import-try": f"{reverse('import', args=[shop.drafted().pk])}?try=1",
        "import-done": reverse("import", args=[shop.imported().pk]),
    }


def _flows(shop: Shop) -> dict[str, str]:
    runs = Run.objects.filter(workspace_id=shop.workspace.pk)
    return {
        **{f"rule-{key}": reverse("rule", args=[key]) for key in ("big-basket", "gold-wine", "first-basket")},
        "rule-pace": reverse("rule-pace", args=["big-basket"]),
        **{f"rule-{tab}": reverse(f"rule-{tab}", args=["big-basket"]) for tab in ("conflicts", "trace", "test")},
        **{name: reverse(name) for name in ("tables", "table-new")},
        "table": reverse("table", args=[shop.table()]),
        "rule-new": reverse("rule-new"),
        "rule-edit": reverse("rule-edit", args=["big-basket"]),
        **{f"rule-{part}": reverse(f"rule-{part}", args=["big-basket"]) for part in ("json", "cases", "release")},
        **{
            f"flow-{key}": reverse("flow", args=[key])
            for key in ("thank-you", "win-back", "welcome", "birthday", "winter")
        },
        "run-ended": reverse("run", args=[runs.filter(state="ended").latest("entered_at").pk]),
        "run-waiting": reverse("run", args=[runs.filter(state="waiting").latest("entered_at").pk]),
        "run-win-back": reverse("run", args=[runs.filter(flow__key="win-back").latest("entered_at").pk]),
    }


def _sends(shop: Shop) -> dict[str, str]:
    letters = Delivery.objects.filter(workspace_id=shop.workspace.pk)
    states = {state: letters.filter(state=state).latest("created_at").pk for state in ("sent", "blocked", "in_doubt")}
    return {
        **{f"message-{state}": reverse("message", args=[pk]) for state, pk in states.items()},
        "letter": reverse("letter", args=[_newest_letter() - 1]),
    }


def _newest_letter() -> int:
    return MailboxMessage.objects.latest("pk").pk


def _rest(shop: Shop) -> dict[str, str]:
    jobs = {job.state: job.pk for job in Job.objects.filter(workspace_id=shop.workspace.pk).order_by("created_at")}
    return {
        **{f"job-{state}": reverse("job", args=[pk]) for state, pk in jobs.items()},
        "job-import": reverse("job", args=[shop.imported().job_id]),
        "error-404": "/people/00000000-0000-0000-0000-000000000000/",
        "error-400": f"{reverse('people')}?cursor=nonsense",
    }


def _done(shop: Shop) -> dict[str, tuple[str, list[Act]]]:
    """Forms that were sent with faults, lists with rows chosen, things unfolded."""
    person = shop.person(THANKED)
    return {
        "people-selected": (
            reverse("people"),
            [click("tbody input[name=row]"), click("tbody tr:nth-child(3) input[name=row]")],
        ),
        "segment-new-refused": (reverse("segment-new"), [click("main form button[name=save], main form .btn.primary")]),
        "person-note-refused": (reverse("person-note", args=[person]), [click("main form .btn.primary")]),
        "privacy-ask-refused": (reverse("privacy-ask", args=[person]), [click("main form .btn.primary")]),
        "person-why-all": (reverse("person-why", args=[person]), [click("main summary")]),
        "audit-shown": (reverse("audit"), [click("td summary")]),
    }


def _over(shop: Shop) -> dict[str, tuple[str, list[Act]]]:
    """What lies over a page: dialogs, menus, the palette, the sheet of keys."""
    person = reverse("person", args=[shop.person(THANKED)])
    home, people = reverse("home"), reverse("people")
    return {
        "over-palette": (home, [press("Control+k"), shown(DIALOG)]),
        "over-palette-found": (
            home,
            [press("Control+k"), shown(DIALOG), fill(f"{DIALOG} input", "gold"), shown(f"{DIALOG} [role=option]")],
        ),
        "over-keys": (home, [press("?"), shown(DIALOG)]),
        "over-user": (home, [click("header.top > x-menu:last-of-type summary")]),
        "over-filter": (people, [click(".list-tools .menu.start summary")]),
        "over-columns": (people, [click(".list-menus x-menu:nth-of-type(1) summary")]),
        "over-views": (people, [click(".list-menus x-menu:nth-of-type(2) summary")]),
        "over-note": (person, [click("#ask-note"), shown(DIALOG)]),
        "over-unmask": (person, [click("#ask-unmask"), shown(DIALOG)]),
        "over-contact": (person, [click("#ask-contact"), shown(DIALOG)]),
        "over-privacy": (person, [click("#ask-privacy"), shown(DIALOG)]),
        "over-nav": (home, []),
    }


def _others(shop: Shop) -> list[Scene]:
    """What others see: a viewer, a member of an empty workspace, a reviewer, somebody at the door, a reader of mail."""
    empty = _newcomer()
    grace, viewer = User.objects.get(username="grace"), User.objects.get(pk=shop.viewer.pk)
    links = _links(shop, shop.person(THANKED))
    login = reverse("login")
    return [
        *(
            Scene(name=f"empty-{name}", address=reverse(name), user=empty)
            for name in (*LISTS, "home", "jobs", "privacy", "identity-claims", "audit")
        ),
        Scene(name="viewer-home", address=f"{reverse('home')}?window=7d", user=viewer),
        Scene(name="viewer-person", address=reverse("person", args=[shop.person(THANKED)]), user=viewer),
        Scene(name="viewer-flows", address=reverse("flows"), user=viewer),
        Scene(name="reviewer-privacy", address=reverse("privacy"), user=grace),
        Scene(name="nobody-login", address=login, user=None),
        Scene(
            name="nobody-login-refused",
            address=login,
            user=None,
            acts=[
                fill("[name=username]", "ada"),
                fill("[name=password]", "wrong"),
                click("main button, form .btn.primary"),
            ],
        ),
        Scene(name="nobody-unsubscribe", address=links["unsubscribe"], user=None),
        Scene(name="nobody-preferences", address=links["preferences"], user=None),
        Scene(name="nobody-forged", address="/unsubscribe/forged", user=None),
        Scene(name="api-docs", address=reverse("api-docs"), user=viewer, window=True),
    ]


def _newcomer() -> User:
    """Return the member of a workspace in which nothing is; a kept town has one already."""
    kept = Workspace.objects.filter(key="new-brand").first()
    if kept:
        return kept.members.earliest("pk").user
    return factories.user(factories.workspace(key="new-brand", name="New Brand 新品牌"))


def _links(shop: Shop, person: UUID) -> dict[str, str]:
    links = links_for(shop.workspace.pk, person, "marketing")
    return {name: urlsplit(address).path for name, address in links.items()}
