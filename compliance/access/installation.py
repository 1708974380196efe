"""The first workspace, administrator and keys of an installation, with secrets that are random and kept in one file."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import transaction

from compliance.access.keys import SCOPES, create_key, find_key, revoke_key
from compliance.access.models import ApiKey, Member, User, Workspace
from compliance.access.workspaces import create_workspace, set_role

DEMO_KEY: Final = "demo"
DEMO_NAME: Final = "Lantern Market"
DEMO_BRAND: Final = {
    "name": "Lantern Market",
    "name_zh": "灯火集市",
    "address": "1 Lantern Row, Example Town",
    "sender": "hello@lantern-market.example",
}
ADMINISTRATOR: Final = "admin"
KEY_NAME: Final = "demo feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a newcomer needs: the log-in, and the keys for a first event and a first definition."""

    user: str
    password: str
    workspace: str
    write_key: str
    secret_key: str


def bootstrap(path: Path, *, now: datetime) -> Credentials:
    """Make sure that the demo workspace, its administrator and its keys exist and are those written in `path`.

    Secrets are random per installation. A file that does not fit the database (either was deleted)
    is replaced: new password, new keys, the lost keys revoked.
    """
    with transaction.atomic():
        workspace = create_workspace(DEMO_KEY, name=DEMO_NAME, zone="Asia/Shanghai", brand=DEMO_BRAND, now=now)
        kept = _kept(path)
        if kept and _fits(kept, workspace, now=now):
            return kept
        credentials = _make(workspace, now=now)
    _write(path, credentials)
    return credentials


def _kept(path: Path) -> Credentials | None:
    try:
        return Credentials(**json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _fits(kept: Credentials, workspace: Workspace, *, now: datetime) -> bool:
    user = User.objects.filter(username=kept.user).first()
    keys = [find_key(text, now=now) for text in (kept.write_key, kept.secret_key)]
    alive = [key for key in keys if key and key.workspace_id == workspace.pk and key.revoked_at is None]
    return user is not None and user.check_password(kept.password) and len(alive) == len(keys)


def _make(workspace: Workspace, *, now: datetime) -> Credentials:
    password = secrets.token_urlsafe(12)
    user, _created = User.objects.update_or_create(
        username=ADMINISTRATOR, defaults={"password": make_password(password), "is_staff": True}
    )
    set_role(user, workspace=workspace, role=Member.Role.ADMIN, now=now)
    for lost in ApiKey.objects.filter(workspace=workspace, name=KEY_NAME, revoked_at=None):
        revoke_key(lost, now=now)
    _key, write = create_key(workspace, kind=ApiKey.Kind.WRITE, name=KEY_NAME, now=now)
    _key, secret = create_key(workspace, kind=ApiKey.Kind.SECRET, scopes=sorted(SCOPES), name=KEY_NAME, now=now)
    return Credentials(
        user=ADMINISTRATOR, password=password, workspace=workspace.key, write_key=write, secret_key=secret
    )


def _write(path: Path, credentials: Credentials) -> None:
    """Write the file so that only its owner can ever read it (the mode is set before the secrets are in)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(credentials), file, indent=2)
    fresh.replace(path)
