"""What the bench of the console asks for: every list, the home page, a person, the builder with its live result."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final

from django.test import Client

from audiences.people.models import Person
from campaigns.delivery.models import Delivery, MailboxMessage
from campaigns.flows.models import Run
from tests.bench.console import BUILT
from tests.bench.crowd import WORKSPACE

PAGE, FRAGMENT = "page", "fragment"
WHERE: Final[dict[str, Any]] = {
    "all": [
        {"trait": "country", "is": "eq", "value": "DE"},
        {"did": "purchase", "times": {"at_least": 3}, "within": "30d"},
        {"consent": {"channel": "email", "purpose": "marketing"}},
    ]
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as a member's browser makes it; with `form` it is sent as a POST."""

    kind: str
    address: str
    target: str = ""
    form: Mapping[str, str] = field(default_factory=dict)

    def ask(self, client: Client) -> Any:
        headers = {"HX-Request": "true", **({"HX-Target": self.target} if self.target else {})}
        headers = headers if self.kind == FRAGMENT else {}
        if self.form:
            return client.post(self.address, self.form, headers=headers)
        return client.get(self.address, headers=headers)


LISTS: Final = {
    "people": (
        "/people/",
        "/people/?q=u4711",
        "/people/?q=example",
        "/people/?q=99@ex",
        "/people/?sort=first_seen",
        "/people/?sort=person",
        "/people/?segment=segment-3",
        "/people/?known=yes&mail=yes&seen_from=2026-01-01",
    ),
    "segment": ("/segments/", "/segments/?q=hydj", "/segments/?sort=-changed"),
    "segment-members": ("/segments/segment-20/members/", "/segments/segment-20/members/?q=u4711"),
    "rule": ("/rules/", "/rules/?q=rule&sort=-changed"),
    "flow": ("/journeys/", "/journeys/?state=live"),
    "run": ("/runs/", "/runs/?sort=entered", "/runs/?state=waiting", "/runs/?flow=flow-3", "/runs/?q=u4711"),
    "message": (
        "/messages/",
        "/messages/?state=blocked",
        "/messages/?state=in_doubt",
        "/messages/?reason=no_consent&sort=asked",
        "/messages/?q=u4711",
    ),
    "mailbox": ("/mailbox/", "/mailbox/?q=thank"),
    "audit": ("/audit/", "/audit/?action=rule.", "/audit/?actor=Ada", "/audit/?action=nothing"),
    "parked": ("/parked/", "/parked/?open=yes"),
    "refused": ("/refused/", "/refused/?reason=missing", "/refused/?q=m-4711"),
    "import": ("/imports/",),
    "job": ("/jobs/",),
}


def asked(client: Client) -> dict[str, list[Asked]]:
    """Return all requests by the part of the console that they belong to."""
    return {
        **{name: list(_list(name, addresses)) for name, addresses in LISTS.items()},
        "home": [Asked(kind=PAGE, address=f"/{query}") for query in ("", "?window=7d", "?window=30d")],
        "person": list(_person()),
        "builder": list(_builder(client)),
        "palette": [
            Asked(kind=FRAGMENT, address=f"/console/find/?q={text}", target="palette-list")
            for text in ("", "u4711", "u", "example", "rule", "hydj")
        ],
        "objects": list(_objects()),
    }


def _list(name: str, addresses: tuple[str, ...]) -> Iterator[Asked]:
    for address in addresses:
        yield Asked(kind=PAGE, address=address)
        yield Asked(kind=FRAGMENT, address=address, target=f"{name}-list")


def _person() -> Iterator[Asked]:
    """A person who has bought often, and one who is new."""
    for name in ("u4711", "u17"):
        at = f"/people/{Person.objects.get(workspace_id=WORKSPACE, user_id=name).pk}/"
        yield Asked(kind=PAGE, address=at)
        parts = {"timeline": "story", "why": "why", "now": "now", "frequency": "frequency", "merges": "merges"}
        for part, target in parts.items():
            yield Asked(kind=FRAGMENT, address=f"{at}{part}/", target=f"person-{target}")
        yield Asked(kind=FRAGMENT, address=f"{at}timeline/?only=messages", target="person-story")


def _builder(client: Client) -> Iterator[Asked]:
    """The builder's page, a step of the form, and each part of the live result for the form as it stands."""
    edit = f"/segments/{BUILT}/edit/"
    yield Asked(kind=PAGE, address="/segments/new/")
    yield Asked(kind=PAGE, address=edit)
    form = Form(client.get(edit).content.decode()).values
    yield Asked(kind=FRAGMENT, address="/conditions/segment/c/", form=form)
    for part in ("count", "reach", "sample", "compare"):
        yield Asked(kind=FRAGMENT, address=f"/segments/new/live/{part}/", target=f"live-{part}", form=form)
    person = {**form, "person": "u4711"}
    yield Asked(kind=FRAGMENT, address="/segments/new/live/person/", target="live-person", form=person)


def _objects() -> Iterator[Asked]:
    """One page of each kind of thing, with the parts that such a page asks for."""
    for tab in ("", "versions/", "uses/", "trail/"):
        yield Asked(kind=PAGE, address=f"/segments/segment-20/{tab}")
    yield Asked(kind=FRAGMENT, address="/segments/segment-20/growth/", target="segment-growth")
    yield Asked(kind=PAGE, address="/rules/rule-3/")
    yield Asked(kind=FRAGMENT, address="/rules/rule-3/pace/", target="rule-pace")
    yield Asked(kind=PAGE, address="/journeys/flow-3/")
    own = {"workspace_id": WORKSPACE}
    yield Asked(kind=PAGE, address=f"/runs/{Run.objects.filter(**own).values_list('pk', flat=True)[0]}/")
    yield Asked(kind=PAGE, address=f"/messages/{Delivery.objects.filter(**own).values_list('pk', flat=True)[0]}/")
    yield Asked(kind=PAGE, address=f"/mailbox/{MailboxMessage.objects.values_list('pk', flat=True)[0]}/")
    for address in ("/identity/", "/privacy/", "/preferences/"):
        yield Asked(kind=PAGE, address=address)


class Form(HTMLParser):
    """What the segment's form would send as it stands on the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._inside, self._select = False, ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self._inside = given.get("id") == "segment-form"
        elif not self._inside:
            return
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.values):
            self.values[self._select] = given.get("value") or ""
        elif tag == "input" and name and (given.get("type") not in ("radio", "checkbox") or "checked" in given):
            self.values[name] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = ""
