"""The door's limits, those of the Segment HTTP spec where it sets one; the API reference shows them."""

from datetime import UTC, datetime, timedelta
from typing import Final

MAX_BODY: Final = 500 * 1024
"""Bytes of a body, after decompression."""
MAX_ITEM: Final = 32 * 1024
"""Bytes of one item."""
MAX_ITEMS: Final = 5000
"""Items of one batch."""
MAX_DEPTH: Final = 64
"""Levels that an item may be nested."""
MAX_ID: Final = 256
"""Characters of userId, anonymousId, previousId, groupId and messageId."""
MAX_NAME: Final = 200
"""Characters of an event's name."""
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
FURTHEST_AHEAD: Final = timedelta(days=1)
MAX_RECORDED: Final = 100
"""Refusals that are kept of one request; the answer names them all."""
