"""Workspaces and who works in them."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from compliance import audit
from compliance.access.models import Member, User, Workspace


def create_workspace(
    key: str, *, name: str, now: datetime, zone: str = "UTC", brand: dict[str, Any] | None = None
) -> Workspace:
    """Create a workspace, or return the one that has this key already."""
    with transaction.atomic():
        workspace, created = Workspace.objects.get_or_create(
            key=key, defaults={"name": name, "zone": zone, "brand": brand or {}, "created_at": now}
        )
        if created:
            audit.record("workspace.created", workspace_id=workspace.pk, object_kind="workspace", object_id=key, at=now)
    return workspace


def set_role(user: User, *, workspace: Workspace, role: str, now: datetime) -> Member:
    """Give a user a role in a workspace, in place of the one before."""
    with transaction.atomic():
        before = role_in(user, workspace)
        member, _created = Member.objects.update_or_create(workspace=workspace, user=user, defaults={"role": role})
        if before != role:
            payload = {"user": user.pk, "before": before, "after": role}
            audit.record(
                "member.role_set",
                workspace_id=workspace.pk,
                object_kind="member",
                object_id=member.pk,
                payload=payload,
                at=now,
            )
    return member


def workspaces_of(user: User) -> QuerySet[Workspace]:
    """Return the workspaces in which the user has a role, by name."""
    return Workspace.objects.filter(members__user=user).order_by("name", "pk")


def role_in(user: User, workspace: Workspace) -> str | None:
    """Return the user's role in the workspace, None for a stranger."""
    return Member.objects.filter(user=user, workspace=workspace).values_list("role", flat=True).first()


def members_of(workspace: Workspace) -> QuerySet[Member]:
    """Return the members with their users, by user name."""
    return Member.objects.filter(workspace=workspace).select_related("user").order_by("user__username")


def workspace_of_id(workspace_id: int) -> Workspace:
    """Return a workspace by the id that every row carries."""
    return Workspace.objects.get(pk=workspace_id)


def zone_of(workspace_id: int) -> str:
    """Return the name of a workspace's time zone."""
    zone: str = Workspace.objects.values_list("zone", flat=True).get(pk=workspace_id)
    return zone
