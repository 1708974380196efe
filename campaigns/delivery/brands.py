"""In whose name a workspace's messages go out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from compliance.access.workspaces import workspace_of_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """What templates read as `brand`, and the sender of the workspace's messages."""

    values: Mapping[str, Any]
    sender: str
    sender_name: str


def brand_of(workspace_id: int) -> Brand:
    """Return the brand of a workspace. `sender` and `sender_name` may stand in its brand; else settings and name."""
    workspace = workspace_of_id(workspace_id)
    values = {"name": workspace.name, **workspace.brand}
    return Brand(
        values=values,
        sender=str(values.get("sender") or settings.MAIL_FROM),
        sender_name=str(values.get("sender_name") or values["name"]),
    )
