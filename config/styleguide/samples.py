"""A made-up grocery brand's content, in the shapes that the real pages have, in the language of the page."""

from datetime import datetime
from typing import Any

from config.styleguide.samples_of import basics, journey, lists, stories


def samples(now: datetime) -> dict[str, Any]:
    """Return what the chapters show; times lie relative to `now`."""
    return {"now": now, **basics.content(), **lists.content(now), **stories.content(now), **journey.content()}
