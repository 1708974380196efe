"""The number of members day by day is worked out from the stays."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from audiences.segments.history import members_by_day
from audiences.segments.models import Membership, Segment
from tests import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def test_members_are_counted_backwards_from_those_inside():
    workspace = factories.workspace()
    segment = Segment.objects.create(
        workspace_id=workspace.pk, key="s", name="S", kind="dynamic", created_at=NOON, updated_at=NOON
    )
    for entered, left in [(9, None), (1, None), (2, 1), (0, None)]:
        Membership.objects.create(
            segment=segment,
            workspace_id=workspace.pk,
            person_id=uuid4(),
            entered_at=NOON - timedelta(days=entered),
            left_at=None if left is None else NOON - timedelta(days=left),
        )
    days = [date(2026, 3, day) for day in (7, 8, 9, 10)]
    assert members_by_day(segment, days=days) == [1, 2, 2, 3]
