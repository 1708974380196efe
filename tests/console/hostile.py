"""Fills every field of a shop that a stranger or a colleague can store with text that means harm."""

from typing import Any, Final

from audiences.computed.definitions import define as define_trait
from audiences.imports import verbs as imports
from audiences.profile.notes import add_note
from campaigns.triggers import drain_intake
from compliance import jobs
from compliance.access.models import ApiKey
from compliance.desk.saved_views import save_view
from config.demo.definitions import definitions
from config.kit import clock
from tests import factories
from tests.audiences.sender import Sender, basic
from tests.console.shop import THANKED, VERBS, Shop

MARK: Final = "hostile-7"
SCRIPT: Final = f"<script>window.ran='{MARK}'</script>"
HANDLER: Final = f"'\"><img src=x onerror=\"window.ran='{MARK}'\"></script></textarea></title>"
TURNED: Final = f"{MARK} \u202eteksab gib\u202c 👩‍👩‍👧‍👦🧺 {{{{ brand }}}} ${{7*7}}"
LONG: Final = f"{MARK}-" + "超长名称W" * 58
TEXTS: Final = {
    "script": SCRIPT + HANDLER,
    "turned": TURNED,
    "long": LONG[:300],
}


def spoil(shop: Shop, text: str) -> None:
    """Put `text` wherever it is allowed; what is refused would stand nowhere."""
    with clock.at(shop.now):
        _name(shop, text)
        _send(shop, text)
        _bring(shop, text)
        _write(shop, text)


def _name(shop: Shop, text: str) -> None:
    for kind, raw in definitions():
        given: dict[str, Any] = {**raw, "name": text}
        VERBS[kind](shop.workspace.pk, given, actor=factories.actor(text[:150]), now=shop.now)
    trait = {"key": "hostile", "name": text, "compute": {"count": "purchase"}}
    define_trait(shop.workspace.pk, trait, actor=factories.actor(text[:150]), now=shop.now)
    shop.workspace.name = text[:200]
    shop.workspace.save(update_fields=["name"])


def _send(shop: Shop, text: str) -> None:
    """Events, their properties and traits come from anybody who holds a write key, and a write key is public."""
    ApiKey.objects.filter(workspace=shop.workspace).delete()
    sender = Sender(shop.workspace, basic(factories.api_key(shop.workspace)))
    told = {"first_name": text, "city": text, text[:100]: text, "tags": [text], "language": text[:35]}
    told |= {"email": f"{MARK}@example.com", "phone": text}
    items = [
        {"type": "identify", "userId": THANKED, "traits": told, "timestamp": shop.now.isoformat()},
        {"type": "identify", "userId": text[:200], "traits": told, "timestamp": shop.now.isoformat()},
        {"type": "track", "userId": THANKED, "event": text[:200], "properties": {text[:100]: text, "amount": text}},
        {"type": "track", "userId": text[:200], "event": "purchase", "properties": {"amount": 64, "order_id": text}},
        {"type": "track", "event": text[:200], "properties": {text[:100]: {text[:100]: text}}},
    ]
    sender.post("batch", {"batch": items}, now=shop.now)
    drain_intake()


def _bring(shop: Shop, text: str) -> None:
    quoted, heading = (given.replace('"', '""') for given in (text, text[:90]))
    table = f'user_id,"{heading}",amount\n{THANKED},"{quoted}","{quoted}"\n'
    for started in (False, True):
        given: dict[str, Any] = {"workspace_id": shop.workspace.pk, "name": f"{text[:240]}.csv", "now": shop.now}
        file = jobs.store([table.encode()], content_type="text/csv", **given)
        found = imports.create(file, actor=factories.actor(), now=shop.now)
        if started:
            columns = [
                {"column": "user_id", "to": "user_id", "name": "user_id", "type": "text"},
                {"column": text[:90], "to": "field", "name": text[:90], "type": "text"},
                {"column": "amount", "to": "field", "name": "amount", "type": "number"},
            ]
            imports.set_plan(found, {"what": "people", "columns": columns})
            imports.start_run(found, actor=factories.actor(), now=shop.now)
            jobs.run_all()


def _write(shop: Shop, text: str) -> None:
    person = shop.person(THANKED)
    add_note(shop.workspace.pk, person, text, actor=factories.actor(text[:150]), now=shop.now)
    for page in ("people", "segments", "messages", "rules", "flows", "runs"):
        save_view(shop.user, page, workspace_id=shop.workspace.pk, name=text[:80], query="", is_team=True, now=shop.now)
