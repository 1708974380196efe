"""Who may decide what others have made: administrators and reviewers, and keys where a policy lets them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from compliance.access.models import ApiKey, Member

ROLES: Final = (Member.Role.ADMIN, Member.Role.REVIEWER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciders:
    """Ids of users and of API keys."""

    users: frozenset[int]
    keys: frozenset[int]


def deciders(workspace_id: int, *, now: datetime, scope: str = "") -> Deciders:
    """Return the members whose role decides and, where a scope is given, the keys in force that have it."""
    members = Member.objects.filter(workspace_id=workspace_id, role__in=ROLES, user__is_active=True)
    keys = ApiKey.objects.filter(workspace_id=workspace_id, revoked_at=None, scopes__contains=[scope])
    valid = keys.filter(Q(expires_at=None) | Q(expires_at__gt=now)) if scope else keys.none()
    return Deciders(
        users=frozenset(members.values_list("user_id", flat=True)), keys=frozenset(valid.values_list("pk", flat=True))
    )
