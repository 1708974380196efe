"""Makes the few rows that nearly every test stands on."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from compliance.access.models import Workspace
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
