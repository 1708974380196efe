"""Which segments there are, for those who refer to them by key."""

from collections.abc import Collection

from audiences.segments.models import Segment


def existing_keys(workspace_id: int, keys: Collection[str]) -> set[str]:
    """Return those of `keys` that are segments of the workspace and in use."""
    return set(
        Segment.objects.filter(workspace_id=workspace_id, key__in=keys, live__isnull=False).values_list(
            "key", flat=True
        )
    )
