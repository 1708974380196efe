"""How a user arranged a page: kept per workspace, user and page, as JSON that only the page understands."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from compliance.access.models import User
from compliance.desk.models import Layout
from config.kit.errors import refuse

MAX_BYTES: Final = 16_384
MAX_PAGE: Final = 60


def layout(user: User, page: str, *, workspace_id: int) -> dict[str, Any]:
    """Return how the user arranged `page` in this workspace; nothing yet is an empty arrangement."""
    found = Layout.objects.filter(workspace_id=workspace_id, user=user, page=page).values_list("layout", flat=True)
    kept = found.first()
    return kept if isinstance(kept, dict) else {}


def keep_layout(
    user: User, page: str, arrangement: Mapping[str, Any], *, workspace_id: int, now: datetime
) -> dict[str, Any]:
    """Keep how the user arranged `page`; what is given replaces the parts of the same name. Return the whole."""
    whole = {**layout(user, page, workspace_id=workspace_id), **arrangement}
    if len(page) > MAX_PAGE or len(json.dumps(whole)) > MAX_BYTES:
        raise refuse("layout", "is too large", f"At most {MAX_BYTES} bytes of JSON are kept per page.")
    Layout.objects.update_or_create(
        workspace_id=workspace_id, user=user, page=page, defaults={"layout": whole, "updated_at": now}
    )
    return whole


def forget_layout(user: User, page: str, *, workspace_id: int) -> None:
    """Arrange `page` as it comes."""
    Layout.objects.filter(workspace_id=workspace_id, user=user, page=page).delete()
