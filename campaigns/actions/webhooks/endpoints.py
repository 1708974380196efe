"""What operators do with endpoints: save, change the secret, try out, delete; audited, secrets shown only once."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction

from campaigns.actions.webhooks import wire
from campaigns.actions.webhooks.models import Endpoint
from campaigns.actions.webhooks.signing import fresh_secret, signed_headers
from campaigns.rules.form.reader import KEY, KEY_HINT
from compliance.audit import record
from config.kit.actors import Actor
from config.kit.errors import Conflict, InputRefused, Problem, refuse
from config.kit.http import Forbidden, Unanswered
from config.kit.ids import uuid7

OLD_SECRET_LASTS: Final = timedelta(hours=24)
MOST_ENDPOINTS: Final = 100
CONTENT: Final[Mapping[str, str]] = {"content-type": "application/json", "user-agent": "Signalbox"}


def save_endpoint(workspace_id: int, raw: Mapping[str, Any], *, actor: Actor, now: datetime) -> tuple[Endpoint, bool]:
    """Create an endpoint (`key`, `url`, `enabled`) or change it; return it, and whether it is new.

    Raises `InputRefused` for an address that is not called. A new one's secret is to be shown now, and never again.
    """
    key, url, enabled = _read(raw)
    values = {"url": url, "enabled": enabled, "updated_at": now, "failures": 0, "quiet_until": None}
    born = {"secret": fresh_secret(), "created_at": now}
    with transaction.atomic():
        found = Endpoint.objects.select_for_update().filter(workspace_id=workspace_id, key=key).first()
        if found is None and endpoints(workspace_id).count() >= MOST_ENDPOINTS:
            raise refuse("/key", f"there are {MOST_ENDPOINTS} endpoints already", "delete one that nothing uses")
        try:
            with transaction.atomic():
                endpoint, created = Endpoint.objects.update_or_create(
                    workspace_id=workspace_id, key=key, defaults=values, create_defaults={**values, **born}
                )
        except IntegrityError:
            raise Conflict(f"endpoint {key} was created at the same moment") from None
        _note("webhook.endpoint_saved", endpoint, actor=actor, at=now, payload={"url": url, "enabled": enabled})
    return endpoint, created


def change_secret(endpoint: Endpoint, *, actor: Actor, now: datetime) -> str:
    """Give the endpoint a new secret and return it; for a day calls are signed with the one before as well."""
    with transaction.atomic():
        locked = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        locked.old_secret, locked.secret = locked.secret, fresh_secret()
        locked.old_secret_until = now + OLD_SECRET_LASTS
        locked.save(update_fields=["secret", "old_secret", "old_secret_until"])
        _note("webhook.secret_changed", locked, actor=actor, at=now)
    return locked.secret


def delete_endpoint(endpoint: Endpoint, *, actor: Actor, now: datetime) -> None:
    """Forget an endpoint; what waits for it is refused."""
    with transaction.atomic():
        _note("webhook.endpoint_deleted", endpoint, actor=actor, at=now)
        endpoint.delete()


def try_out(endpoint: Endpoint, *, actor: Actor, now: datetime) -> str:
    """Call the endpoint with a test message and return what became of it: a status, or a word for the fault."""
    body = json.dumps({"type": "signalbox.test", "timestamp": now.isoformat(), "data": {}}).encode()
    signed = signed_headers(endpoint.valid_secrets(now), message_id=f"test_{uuid7().hex}", at=now, body=body)
    try:
        answer = str(wire.call(endpoint.url, body=body, headers={**CONTENT, **signed}))
    except (Forbidden, Unanswered) as fault:
        answer = fault.reason
    _note("webhook.endpoint_tried", endpoint, actor=actor, at=now, payload={"answer": answer})
    return answer


def endpoints(workspace_id: int) -> Any:
    """Return the workspace's endpoints, by key."""
    return Endpoint.objects.filter(workspace_id=workspace_id).order_by("key")


def existing_endpoints(workspace_id: int, keys: Collection[str]) -> Collection[str]:
    """Return those of the keys that are endpoints of the workspace."""
    return set(endpoints(workspace_id).filter(key__in=keys).values_list("key", flat=True))


def _read(raw: Mapping[str, Any]) -> tuple[str, str, bool]:
    key, url, enabled = raw.get("key"), raw.get("url"), raw.get("enabled", True)
    problems = [
        Problem(path=f"/{name}", message="an endpoint has no such key", hint="known are key, url, enabled")
        for name in raw
        if name not in ("key", "url", "enabled")
    ]
    if not isinstance(key, str) or not KEY.fullmatch(key):
        problems.append(Problem(path="/key", message=f"{str(key)[:80]!r} is not a key", hint=KEY_HINT))
    if not isinstance(enabled, bool):
        problems.append(Problem(path="/enabled", message=f"{str(enabled)[:80]!r} is not true or false"))
    if not isinstance(url, str):
        problems.append(Problem(path="/url", message="the address is missing", hint="https://example.com/hook"))
    else:
        problems += _faults(url)
    if problems:
        raise InputRefused(problems)
    return str(key), str(url), bool(enabled)


def _faults(url: str) -> list[Problem]:
    try:
        wire.check(url)
    except Forbidden as fault:
        return [Problem(path="/url", message=str(fault), hint=fault.hint)]
    except Unanswered as fault:
        return [Problem(path="/url", message=str(fault), hint="check the name, and that it can be looked up from here")]
    return []


def _note(action: str, endpoint: Endpoint, *, actor: Actor, at: datetime, payload: Any = None) -> None:
    record(
        action,
        workspace_id=endpoint.workspace_id,
        object_kind="webhook",
        object_id=endpoint.key,
        payload=payload,
        actor=actor,
        at=at,
    )
