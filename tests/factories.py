"""Makes the few rows that nearly every test stands on."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from compliance.access.keys import create_key
from compliance.access.models import ApiKey, Member, User, Workspace
from compliance.access.workspaces import set_role
from config.kit.actors import Actor, ActorKind

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_numbers = count(1)


def workspace(**given: Any) -> Workspace:
    number = next(_numbers)
    return Workspace.objects.create(
        **{"key": f"brand-{number}", "name": f"Brand {number}", "created_at": NOON, **given}
    )


def actor(name: str = "Ada Operator") -> Actor:
    return Actor(kind=ActorKind.USER, id="1", name=name)


def user(of: Workspace | None = None, *, role: str = Member.Role.ADMIN) -> User:
    made = User.objects.create_user(f"user-{next(_numbers)}", password="correct horse battery")
    if of:
        set_role(made, workspace=of, role=role, now=NOON)
    return made


def api_key(of: Workspace, *scopes: str) -> str:
    """Return the text of a new secret key with `scopes`; without any, of a write key."""
    kind = ApiKey.Kind.SECRET if scopes else ApiKey.Kind.WRITE
    return create_key(of, kind=kind, scopes=scopes, name="test", now=NOON)[1]


def bearer(text: str) -> dict[str, str]:
    """Return the headers that show a secret key: `client.get(url, headers=bearer(api_key(workspace, "runs:read")))`."""
    return {"Authorization": f"Bearer {text}"}
