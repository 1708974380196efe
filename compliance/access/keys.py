"""API keys: made, shown once, recognised by their SHA-256, revoked."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from compliance import audit
from compliance.access.models import ApiKey, Workspace
from config.kit.actors import Actor, ActorKind
from config.kit.errors import InputRefused, Problem

AREAS: Final = (
    *("audit", "consents", "events", "imports", "jobs", "journeys", "messages", "people", "policies"),
    *("rules", "runs", "segments", "summary", "templates"),
)
SCOPES: Final = frozenset(f"{area}:{right}" for area in AREAS for right in ("read", "write")) | {"rules:publish"}
WRITE_KEY_SCOPES: Final = frozenset({"events:write"})
TEXT_PREFIX: Final = {ApiKey.Kind.WRITE.value: "wk_", ApiKey.Kind.SECRET.value: "sk_"}
MARK_USED_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What a recognised key may do, and in which workspace."""

    id: int
    workspace_id: int
    kind: str
    name: str
    prefix: str
    scopes: frozenset[str]
    expires_at: datetime | None
    revoked_at: datetime | None

    def allows(self, scope: str) -> bool:
        """Whether the key has `scope`; the right to write includes the right to read, but not for public write keys."""
        if scope in self.scopes:
            return True
        return self.kind == ApiKey.Kind.SECRET and scope.replace(":read", ":write") in self.scopes

    def actor(self, *, request_id: str) -> Actor:
        """Return the actor whom the trail names for what is done with this key."""
        return Actor(kind=ActorKind.KEY, id=str(self.id), name=f"{self.name} · {self.prefix}", request_id=request_id)


def create_key(
    workspace: Workspace,
    *,
    kind: str,
    scopes: Sequence[str] = (),
    name: str,
    now: datetime,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key and return it with its text, which is not stored and cannot be shown again."""
    granted = WRITE_KEY_SCOPES if kind == ApiKey.Kind.WRITE else frozenset(scopes)
    if unknown := sorted(granted - SCOPES):
        hint = f"Known scopes: {', '.join(sorted(SCOPES))}."
        raise InputRefused([Problem(path="/scopes", message=f"unknown: {', '.join(unknown)}", hint=hint)])
    text = TEXT_PREFIX[kind] + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    with transaction.atomic():
        key = ApiKey.objects.create(
            workspace=workspace,
            name=name,
            kind=kind,
            prefix=text[:10],
            digest=digest_of(text),
            scopes=sorted(granted),
            created_at=now,
            expires_at=expires_at,
        )
        _record("key.created", key, at=now)
    return key, text


def revoke_key(key: ApiKey, *, now: datetime) -> None:
    """End a key for ever. Web processes that know it forget it within ten seconds."""
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
            _record("key.revoked", key, at=now)


def find_key(text: str, *, now: datetime) -> Key | None:
    """Return the key of this text, valid or not, and note its use, at most once a minute."""
    row = ApiKey.objects.filter(digest=digest_of(text)).first()
    if row is None:
        return None
    _mark_used(row, now=now)
    return Key(
        id=row.pk,
        workspace_id=row.workspace_id,
        kind=row.kind,
        name=row.name,
        prefix=row.prefix,
        scopes=frozenset(row.scopes),
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )


def digest_of(text: str) -> bytes:
    """Return what is stored of a key. It has 256 random bits: a slow hash would protect nothing and cost 0.9 s."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _mark_used(row: ApiKey, *, now: datetime) -> None:
    stale = now - MARK_USED_EVERY
    if row.last_used_at is None or row.last_used_at < stale:
        unmarked = Q(last_used_at=None) | Q(last_used_at__lt=stale)
        ApiKey.objects.filter(unmarked, pk=row.pk).update(last_used_at=now)


def _record(action: str, key: ApiKey, *, at: datetime) -> None:
    payload = {"kind": key.kind, "prefix": key.prefix, "scopes": key.scopes}
    audit.record(action, workspace_id=key.workspace_id, object_kind="key", object_id=key.pk, payload=payload, at=at)
