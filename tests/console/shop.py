"""A small shop whose rows come about by the real verbs: the demo's definitions, events, rules, flows, the gate.

Four households: one got the thank-you, one has no consent, one bought too little, one's send is in doubt.
"""

from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

from audiences.imports import verbs as imports
from audiences.imports.models import Import
from audiences.people.lookups import people
from audiences.segments import define as define_segment
from campaigns.delivery.channels.base import Outcome, Receipt
from campaigns.delivery.channels.null import NullChannel
from campaigns.delivery.channels.registry import in_place
from campaigns.delivery.drain import drain
from campaigns.delivery.models import Delivery, MailboxMessage
from campaigns.flows.advancing import advance_due
from campaigns.flows.definitions import define as define_flow
from campaigns.flows.definitions import publish
from campaigns.flows.models import Flow
from campaigns.flows.starting import drain_actions
from campaigns.rules.define import define as define_rule
from campaigns.rules.lookups import find_rule
from campaigns.rules.publishing.cases import save_case
from campaigns.rules.publishing.drafts import find_draft, save_draft
from campaigns.rules.publishing.models import RuleCase
from campaigns.triggers import drain_intake
from compliance import jobs
from compliance.access.installation import DEMO_BRAND
from compliance.access.models import Member, User, Workspace
from compliance.consent.consents import grant
from config.demo.definitions import definitions
from config.kit import clock
from content.library.templates import define as define_template
from tests import factories
from tests.audiences.sender import Sender, basic

DAY = timedelta(days=1)
VERBS = {"templates": define_template, "segments": define_segment, "journeys": define_flow, "rules": define_rule}
NAME = "Harvest Grocers 丰收超市"
THANKED, NO_CONSENT, FRUGAL, DOUBTFUL = "household-1", "household-2", "household-3", "household-4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    workspace: Workspace
    user: User
    viewer: User
    now: datetime

    def person(self, user_id: str) -> UUID:
        return people(self.workspace.pk).get(user_id=user_id).pk

    def message(self, user_id: str) -> Delivery:
        return Delivery.objects.get(person_id=self.person(user_id))

    def case(self) -> RuleCase:
        return RuleCase.objects.get(rule__key="big-basket")

    def table(self) -> str:
        """Return the key of a decision table, made a draft when it is first asked for."""
        key = "basket-labels"
        if find_draft(self.workspace.pk, key) is None:
            save_draft(self.workspace.pk, key, TABLE, revision=0, actor=factories.actor(), now=self.now)
        return key

    def nodes(self, key: str) -> list[str]:
        live = Flow.objects.get(workspace=self.workspace, key=key).live
        assert live is not None
        return sorted(live.definition["nodes"])

    def letter(self) -> MailboxMessage:
        return MailboxMessage.objects.order_by("pk")[0]

    def drafted(self) -> Import:
        return imports.imports(self.workspace.pk).filter(job_id=None).latest("created_at", "pk")

    def imported(self) -> Import:
        return imports.imports(self.workspace.pk).exclude(job_id=None).latest("created_at", "pk")


def open_shop(now: datetime) -> Shop:
    """Build the shop as it stands at `now`."""
    shop = found_shop(now)
    define(shop, now)
    trade(shop)
    return shop


def found_shop(now: datetime) -> Shop:
    """Rent the room: a workspace with two members, and nothing in it."""
    workspace = factories.workspace(name=NAME, brand=DEMO_BRAND)
    user = factories.user(workspace)
    return Shop(workspace=workspace, user=user, viewer=factories.user(workspace, role=Member.Role.VIEWER), now=now)


def define(shop: Shop, at: datetime) -> None:
    """Define what the demo defines, and let people in."""
    with clock.at(at):
        for kind, raw in definitions():
            made = VERBS[kind](shop.workspace.pk, raw, actor=factories.actor(), now=at)
            if kind == "journeys":
                publish(made, actor=factories.actor(), now=at)
        save_case(find_rule(shop.workspace.pk, "big-basket"), CASE, actor=factories.actor(), now=at)


CASE = {
    "name": "a small basket",
    "event": {"name": "purchase", "properties": {"amount": 1}},
    "expect": {"fires": False},
}


TABLE = {
    "name": "Baskets",
    "on": ["purchase"],
    "columns": [{"property": "amount", "type": "number"}, {"trait": "city", "type": "text"}],
    "outputs": [{"name": "label", "then": {"add_label": "{cell}"}}],
    "rows": [{"when": [">= 100", "-"], "then": ["big"]}, {"when": ["> 200", "-"], "then": ["huge"]}],
}


def trade(shop: Shop) -> None:
    """Let the four households buy, and bring two files of old orders."""
    with clock.at(shop.now):
        _buy(shop)
        _work(shop)
        _import(shop)


OLD_ORDERS = """member_no,paid_at,amount,channel,note
household-1,2025-11-02 10:15:00,31.90,app,送货上门
household-2,2025-11-02 11:40:00,12.50,store,
household-3,2025-11-03 09:05:00,twelve,store,paid in cash
household-1,2025-11-04,8.20,app
household-4,2025-11-05 18:30:00,64.00,app,"two bags, please"
"""
MEANS = {"member_no": "user_id", "paid_at": "time"}


def _import(shop: Shop) -> None:
    """Two files of old orders: one is not started yet, the other is in, but for two rows."""
    for name in ("旧订单 2025.csv", "old-orders-2025.csv"):
        given = {"workspace_id": shop.workspace.pk, "name": name, "content_type": "text/csv", "now": shop.now}
        found = imports.create(jobs.store([OLD_ORDERS.encode()], **given), actor=factories.actor(), now=shop.now)
    columns = [
        {"column": one, "to": MEANS.get(one, "field"), "name": one, "type": "number" if one == "amount" else "text"}
        for one in OLD_ORDERS.partition("\n")[0].split(",")
    ]
    imports.set_plan(found, {"what": "events", "event": "old_order", "columns": columns})
    imports.start_run(found, actor=factories.actor(), now=shop.now)
    jobs.run_all()


def _buy(shop: Shop) -> None:
    sender = Sender(shop.workspace, basic(factories.api_key(shop.workspace)))
    identified = [_identify(shop, user_id) for user_id in (THANKED, NO_CONSENT, FRUGAL, DOUBTFUL)]
    sender.post("batch", {"batch": [*identified, *_history(shop)]}, now=shop.now)
    drain_intake()
    last = [_purchase(shop, user_id, 0, 64.2) for user_id in (THANKED, NO_CONSENT, DOUBTFUL)]
    last += [_purchase(shop, FRUGAL, 0, 12.5), {"type": "track", "event": ""}]
    sender.post("batch", {"batch": last}, now=shop.now)
    for user_id in (THANKED, FRUGAL, DOUBTFUL):
        grant(
            shop.workspace.pk,
            shop.person(user_id),
            channel="email",
            purpose="marketing",
            source="sign-up form",
            at=shop.now - 30 * DAY,
        )


class Post(NullChannel):
    """Delivers to nobody; of one household's message it does not know what became of it."""

    def submit(self, window):
        super().submit(window).result()
        answers: Future[list[Receipt]] = Future()
        answers.set_result([_receipt(parcel.address) for parcel in window])
        return answers


def _receipt(address: str) -> Receipt:
    if address.startswith(DOUBTFUL):
        return Receipt(outcome=Outcome.IN_DOUBT, reason="no_answer", answer="connection lost")
    return Receipt(outcome=Outcome.ACCEPTED, answer="250 2.0.0 Ok: queued")


def _work(shop: Shop) -> None:
    drain_intake()
    drain_actions(shop.now)
    advance_due(shop.now)
    with in_place({"email": Post("email")}):
        drain(shop.now)
    _keep(shop.message(THANKED), shop)


def _keep(sent: Delivery, shop: Shop) -> None:
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = "Thank you · 谢谢", "shop@signalbox.invalid", sent.address
    letter["Message-ID"] = f"<{sent.pk}@signalbox.invalid>"
    letter.set_content("Dear Mia,\nthank you for your basket.\n")
    letter.add_alternative("<h1>Thank you, Mia</h1><script>document.title='run'</script>", subtype="html")
    MailboxMessage.objects.create(
        received_at=shop.now,
        sender="shop@signalbox.invalid",
        recipients=[sent.address],
        message_id=letter["Message-ID"],
        subject=letter["Subject"],
        raw=letter.as_bytes(),
    )


def _identify(shop: Shop, user_id: str) -> dict[str, object]:
    traits = {
        "email": f"{user_id}@example.com",
        "first_name": "Mia",
        "language": "en",
        "timezone": "America/New_York",
        "interests": ["wine", "烘焙"],
    }
    at = (shop.now - 29 * DAY).isoformat()
    return {"type": "identify", "userId": user_id, "messageId": f"i-{user_id}", "timestamp": at, "traits": traits}


def _history(shop: Shop) -> list[dict[str, object]]:
    bought = [(user_id, days) for user_id in (THANKED, NO_CONSENT, DOUBTFUL) for days in (3, 8, 15)]
    return [_purchase(shop, user_id, days, 30.0 + days) for user_id, days in [*bought, (FRUGAL, 4)]]


def _purchase(shop: Shop, user_id: str, days: int, amount: float) -> dict[str, object]:
    return {
        "type": "track",
        "event": "purchase",
        "userId": user_id,
        "messageId": f"p-{user_id}-{days}",
        "timestamp": (shop.now - days * DAY).isoformat(),
        "properties": {
            "order_id": f"{user_id}-{days}",
            "amount": amount,
            "saved": 1.5,
            "items": 12,
            "departments": ["bakery", "wine"],
        },
    }
