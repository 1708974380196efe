"""A shop in a town: two hundred households, five weeks of their real baskets, a colleague's traces on every page.

The rows come about by the real verbs, day by day; only names, cities and tiers are invented. Pictures are taken of it.
"""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from hashlib import sha256
from typing import Any, Final

from audiences.computed.definitions import define as define_trait
from audiences.identity.merging import merge_people
from audiences.profile.notes import add_note
from audiences.segments.handpicked import add_members
from audiences.segments.sweeping import sweep
from campaigns.delivery.channels.base import Outcome, Parcel, Receipt
from campaigns.delivery.channels.email.channel import EmailChannel
from campaigns.delivery.channels.registry import in_place
from campaigns.delivery.drain import drain
from campaigns.delivery.models import MailboxMessage
from campaigns.flows.advancing import advance_due
from campaigns.flows.definitions import pause, publish
from campaigns.flows.starting import drain_actions
from campaigns.triggers import drain_intake
from compliance import jobs
from compliance.access.models import Member, User
from compliance.consent.consents import grant, withdraw
from compliance.consent.suppressions import suppress
from compliance.desk.saved_views import save_view
from compliance.jobs.models import Job
from compliance.privacy import requests
from config.demo.baskets import Basket, read_year
from config.kit import clock
from config.kit.actors import Actor, ActorKind
from tests import factories
from tests.audiences.sender import Sender, basic
from tests.console import shop as shops
from tests.console.shop import DAY, FRUGAL, NO_CONSENT, THANKED, VERBS, Shop

HOUSEHOLDS: Final = 200
DAYS: Final = 36
LIVELY: Final = 8
"""The last days are lived through hour by hour; what was before comes as history."""
GIVEN: Final = ("Mia", "Noah", "Lena", "Omar", "Ada", "Jonas", "王芳", "李伟", "陈静", "刘洋", "赵敏", "周杰")
CITIES: Final = ("New York", "Chicago", "London", "Berlin", "上海", "杭州", "深圳", "成都")
ZONES: Final = ("America/New_York", "America/Chicago", "Europe/London", "Europe/Berlin", *["Asia/Shanghai"] * 4)
TIERS: Final = ("standard", "standard", "silver", "gold")
EMAIL: Final = {"channel": "email", "purpose": "marketing"}
UNSURE: Final = 83
"""Of every so many letters one is lost on the way."""

MORE: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    (
        "segments",
        {
            "key": "gold-shanghai",
            "name": "上海与杭州的金卡会员",
            "where": {
                "all": [
                    {"trait": "tier", "is": "eq", "value": "gold"},
                    {"trait": "city", "is": "in", "value": ["上海", "杭州"]},
                ]
            },
        },
    ),
    (
        "segments",
        {
            "key": "big-spenders",
            "name": "Spent 150 or more in 30 days, and may be written to",
            "where": {
                "all": [
                    {"sum": "purchase", "of": "amount", "within": "30d", "is": "gte", "value": 150},
                    {"consent": {"channel": "email", "purpose": "marketing"}},
                    {"not": {"segment": "staff"}},
                ]
            },
        },
    ),
    (
        "segments",
        {
            "key": "gone-quiet",
            "name": "Bought in 30 days, but not in the last 10",
            "where": {"stopped": "purchase", "within": "30d", "quiet": "10d"},
        },
    ),
    (
        "rules",
        {
            "key": "gold-wine",
            "name": "金卡会员购买红酒",
            "on": ["purchase"],
            "if": {
                "all": [
                    {"property": "departments", "is": "has_any", "value": ["deli", "pastry"]},
                    {"trait": "tier", "is": "eq", "value": "gold"},
                ]
            },
            "unless": {"segment": "staff"},
            "then": [{"start_flow": "thank-you"}],
            "priority": 50,
            "mode": "shadow",
        },
    ),
    (
        "rules",
        {
            "key": "first-basket",
            "name": "First basket ever",
            "on": ["purchase"],
            "if": {"did": "purchase", "times": {"exactly": 1}},
            "then": [{"start_flow": "welcome"}],
            "priority": 200,
            "enabled": False,
        },
    ),
)
STAFF: Final = {"key": "staff", "name": "Staff and their families", "kind": "static"}
WELCOME: Final[dict[str, Any]] = {
    "key": "welcome",
    "name": "Welcome, step by step",
    "entry": {"on": "event", "event": "purchase"},
    "exit": [{"when": {"segment": "staff"}}, {"event": "purchase"}],
    "goal": {"event": "purchase", "within": "14d"},
    "holdout": 0.1,
    "first": "morning",
    "nodes": {
        "morning": {
            "do": "wait",
            "until": {"time": "09:00", "weekdays": [1, 2, 3, 4, 5], "zone": "person"},
            "next": "hello",
        },
        "hello": {
            "do": "send",
            "channel": "email",
            "template": "thank-you-en",
            "purpose": "marketing",
            "next": "again",
        },
        "again": {
            "do": "wait_until",
            "event": {"event_name": ["purchase"]},
            "timeout": "7d",
            "next": "done",
            "on_timeout": "which",
        },
        "which": {
            "do": "branch",
            "cases": [
                {"if": {"trait": "tier", "is": "eq", "value": "gold"}, "next": "mail-gold"},
                {"if": {"trait": "city", "is": "in", "value": ["上海", "杭州", "深圳", "成都"]}, "next": "mail-zh"},
            ],
            "else": "done",
        },
        "mail-gold": {
            "do": "send",
            "channel": "email",
            "template": "win-back-en",
            "purpose": "marketing",
            "next": "done",
        },
        "mail-zh": {
            "do": "send",
            "channel": "email",
            "template": "win-back-zh",
            "purpose": "marketing",
            "next": "done",
        },
        "done": {"do": "exit"},
    },
}

ALSO: Final = ({}, {"key": "birthday", "name": "生日关怀"}, {"key": "winter", "name": "Winter sale, three letters"})
"""One journey that is live, one that is paused, one that is a draft."""


@jobs.kind("tests.breaks_off", text="Recount")
def _breaks_off(work: jobs.Work) -> dict[str, Any]:
    """Stop half-way, as a job does whose machine is taken from it."""
    work.total(1200)
    work.advance(480)
    raise RuntimeError("the disk is full")


class Letterbox(EmailChannel):
    """Builds each letter as it goes over the wire, and puts it into the mailbox; some are lost on the way."""

    outward = False

    def submit(self, window: Sequence[Parcel]) -> "Future[list[Receipt]]":
        answers: Future[list[Receipt]] = Future()
        answers.set_result([self._receipt(parcel) for parcel in window])
        return answers

    def _receipt(self, parcel: Parcel) -> Receipt:
        if _draw(parcel.address, str(clock.now().date())) % UNSURE == 0:
            return Receipt(outcome=Outcome.IN_DOUBT, reason="no_answer", answer="connection lost")
        letter = message_from_bytes(parcel.payload, policy=default)
        MailboxMessage.objects.create(
            received_at=clock.now(),
            sender=parcel.sender,
            recipients=[parcel.address],
            message_id=f"<{parcel.delivery_id}@signalbox.invalid>",
            subject=letter["Subject"],
            raw=parcel.payload.replace(b"\r\n..", b"\r\n."),  # a letter on the wire doubles them
        )
        return Receipt(outcome=Outcome.ACCEPTED, answer="250 2.0.0 Ok: queued")


def open_town(now: datetime) -> Shop:
    """Build the shop with five weeks behind it, as it stands at `now`."""
    shop = shops.found_shop(now)
    shops.define(shop, now - DAYS * DAY)
    _name_members(shop)
    _define_more(shop, now - DAYS * DAY)
    _live_through(shop)
    shops.trade(shop)
    _leave_traces(shop)
    return shop


def _name_members(shop: Shop) -> None:
    shop.user.username, shop.user.first_name, shop.user.last_name = "linlan", "岚", "林"
    shop.user.save()
    second = User.objects.create_user("grace", password=None, first_name="Grace", last_name="Okafor")
    Member.objects.create(workspace=shop.workspace, user=second, role=Member.Role.REVIEWER)


def _define_more(shop: Shop, at: datetime) -> None:
    author, workspace = factories.actor("林岚"), shop.workspace.pk
    with clock.at(at):
        VERBS["segments"](workspace, STAFF, actor=author, now=at)
        flows = [VERBS["journeys"](workspace, WELCOME | also, actor=author, now=at) for also in ALSO]
        for flow in flows[:2]:
            publish(flow, actor=author, now=at)
        pause(flows[1], actor=author, now=at + DAY)
        for kind, raw in MORE:
            VERBS[kind](workspace, raw, actor=author, now=at)
        figures = {"spent_90d": ("Spent in 90 days", {"sum": "purchase", "of": "amount", "within": "90d"})}
        figures["baskets"] = ("Baskets", {"count": "purchase"})
        for key, (name, compute) in figures.items():
            define_trait(workspace, {"key": key, "name": name, "compute": compute}, actor=author, now=at)
        jobs.run_all(tick=lambda: at)


def _live_through(shop: Shop) -> None:
    """Send the history at once, then hour after hour (what is older starts no journey), with all that follows."""
    year = read_year(days=DAYS)
    baskets = [*year.history, *year.lapsing, *year.live]
    by_baskets = Counter(basket.household for basket in baskets).most_common()
    ours = {number for number, _n in by_baskets[:: len(by_baskets) // HOUSEHOLDS]}
    times = {b.number: year.time_of(b, anchor=shop.now - DAY) for b in baskets if b.household in ours}
    todo = sorted((b for b in baskets if b.household in ours), key=lambda basket: basket.second)
    sender = Sender(shop.workspace, basic(factories.api_key(shop.workspace)))
    first = shop.now - LIVELY * DAY
    _send(sender, [_identify(number, shop.now - DAYS * DAY) for number in sorted(ours)], at=first)
    _decide(shop, sorted(ours))
    for hour in range(LIVELY * 24):
        until = first + timedelta(hours=hour)
        due = [b for b in todo if times[b.number] <= until]
        _send(sender, [_bought(b, times[b.number]) for b in due], at=until)
        todo = todo[len(due) :]
        _settle(until)


def _send(sender: Sender, calls: Sequence[dict[str, Any]], *, at: datetime) -> None:
    for start in range(0, len(calls), 200):
        sender.post("batch", {"batch": list(calls[start : start + 200])}, now=at)
    with clock.at(at):
        while drain_intake().more:
            pass


def _settle(at: datetime) -> None:
    """Let everything happen that is due at this hour."""
    with clock.at(at), in_place({"email": Letterbox()}):
        sweep(at)
        drain_intake()
        drain_actions(at)
        while advance_due(at):
            pass
        drain(at)


def _decide(shop: Shop, numbers: Sequence[int]) -> None:
    """Who agreed to mail, who took that back, whose address bounces."""
    at = shop.now - 30 * DAY
    for number in numbers:
        person, draw = shop.person(_user_id(number)), _draw("consent", number) % 100
        if draw < 88:
            grant(shop.workspace.pk, person, **EMAIL, source="sign-up form", at=at)
        if draw < 5:
            withdraw(shop.workspace.pk, person, **EMAIL, source="unsubscribe link", at=at + 2 * DAY)
        elif draw < 9:
            suppress(shop.workspace.pk, "email", [_address(number)], reason="hard_bounce", at=at)


def _leave_traces(shop: Shop) -> None:
    """What a few people who work here have done since: requests, notes, claims, merges, views, jobs."""
    with clock.at(shop.now):
        _ask(shop)
        _note(shop)
        _name(shop)
        _watch(shop)
        _work(shop)


def _ask(shop: Shop) -> None:
    asker, decider = _member(shop, shop.user), _member(shop, User.objects.get(username="grace"))
    given: dict[str, Any] = {"actor": asker, "now": shop.now - 3 * timedelta(hours=1)}
    workspace = shop.workspace.pk
    copy = requests.ask(
        workspace, shop.person(FRUGAL), kind="export", reason="Wrote to us on Monday; known by phone", **given
    )
    requests.approve(workspace, copy.pk, actor=decider, now=shop.now - timedelta(hours=2))
    jobs.run_all()
    other = {**given, "actor": decider}
    requests.ask(
        workspace, shop.person(THANKED), kind="export", reason="客户来信索取个人信息副本，已电话核实身份", **other
    )
    requests.ask(workspace, shop.person(NO_CONSENT), kind="erasure", reason="Asked by mail, signature checked", **given)
    denied = requests.ask(workspace, shop.person(THANKED), kind="erasure", reason="Sounded angry on the phone", **given)
    requests.reject(
        workspace, denied.pk, said="Only wanted fewer mails: unsubscribed instead", actor=decider, now=shop.now
    )


def _note(shop: Shop) -> None:
    workspace, person = shop.workspace.pk, shop.person(THANKED)
    for days, name, text in (
        (9, "林岚", "喜欢周末送货，请勿在早上致电。"),
        (2, "Grace Okafor", "Wants the wine list as paper."),
    ):
        add_note(workspace, person, text, actor=factories.actor(name), now=shop.now - days * DAY)
    chosen = [shop.person(FRUGAL), shop.person(NO_CONSENT)]
    add_members(workspace, "staff", chosen, actor=factories.actor("林岚"), now=shop.now - DAY)


def _name(shop: Shop) -> None:
    """Two claims to one phone number, one merge that was done, and a few calls that were refused."""
    sender = Sender(shop.workspace, basic(factories.api_key(shop.workspace)))
    shared = {"phone": "+44 20 7946 0958"}
    told = [{"type": "identify", "userId": one, "traits": shared} for one in (THANKED, FRUGAL)]
    twice = [{"type": "identify", "userId": f"walk-in-{n}", "traits": {"city": "Berlin"}} for n in (1, 2)]
    wrong = [
        {"type": "track", "userId": THANKED, "event": "purchase", "timestamp": "yesterday"},
        {"type": "track", "event": "page_view"},
        {"type": "identify", "userId": THANKED, "traits": "none"},
    ]
    _send(sender, [*told, *twice, *wrong], at=shop.now)
    given: dict[str, Any] = {
        "actor": factories.actor("Grace Okafor"),
        "reason": "Same card, same address",
        "now": shop.now,
    }
    two = {"loser_id": shop.person("walk-in-1"), "winner_id": shop.person("walk-in-2")}
    merge_people(shop.workspace.pk, **two, **given)


def _watch(shop: Shop) -> None:
    views = (
        ("messages", "Blocked this week", "state=blocked", True),
        ("messages", "需要处理", "state=in_doubt", False),
        ("people", "Known, with an address", "known=yes&mail=yes", True),
    )
    for page, name, query, is_team in views:
        given: dict[str, Any] = {"name": name, "query": query, "is_team": is_team, "now": shop.now}
        save_view(shop.user, page, workspace_id=shop.workspace.pk, **given)


def _work(shop: Shop) -> None:
    """One job that broke off, one that was cancelled, one that waits, one half-way."""
    given: dict[str, Any] = {"workspace_id": shop.workspace.pk, "arguments": {}, "actor": _member(shop, shop.user)}
    jobs.start("tests.breaks_off", title="Recount of last year", now=shop.now, **given)
    jobs.run_all()
    cancelled = jobs.start("tests.breaks_off", title="Recount of 2024", now=shop.now, **given)
    jobs.cancel(shop.workspace.pk, cancelled.pk, actor=given["actor"], now=shop.now)
    half = jobs.start("tests.breaks_off", title="人群导出：上海与杭州的金卡会员", now=shop.now, **given)
    begun = {"state": Job.State.RUNNING, "started_at": shop.now - timedelta(seconds=40), "done": 8_300, "total": 20_000}
    Job.objects.filter(pk=half.pk).update(**begun, due_at=shop.now + DAY)
    jobs.start("tests.breaks_off", title="Recount of this year", now=shop.now + timedelta(seconds=1), **given)


def _member(shop: Shop, user: User) -> Actor:
    return Actor(kind=ActorKind.USER, id=str(user.pk), name=user.shown_name)


def _identify(number: int, at: datetime) -> dict[str, Any]:
    city = _draw("city", number) % len(CITIES)
    names = GIVEN[6:] if city >= 4 else GIVEN[:6]
    traits: dict[str, Any] = {
        "name": names[_draw("name", number) % len(names)],
        "city": CITIES[city],
        "timezone": ZONES[city],
        "language": "zh" if city >= 4 else "en",
        "tier": TIERS[_draw("tier", number) % len(TIERS)],
    }
    if _draw("mail", number) % 25:
        traits["email"] = _address(number)
    said = {"messageId": f"i-{number}", "userId": _user_id(number), "timestamp": at.isoformat()}
    return {"type": "identify", **said, "traits": traits}


def _bought(basket: Basket, at: datetime) -> dict[str, Any]:
    return basket.as_track(f"b-{basket.number}", at) | {"userId": _user_id(basket.household)}


def _user_id(number: int) -> str:
    return f"hh-{number:04}"


def _address(number: int) -> str:
    return f"hh{number:04}@example.com"


def _draw(purpose: str, number: object) -> int:
    """Return a number that follows from these two alone."""
    return int.from_bytes(sha256(f"{purpose}:{number}".encode()).digest()[:4], "big")
