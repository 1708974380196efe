"""From an open gate to a parcel: the context that templates read, the render, the channel's form."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from campaigns.delivery.channels.base import Addressed, Channel, Parcel
from campaigns.delivery.claims import Claimed
from campaigns.delivery.readings import Readings
from compliance.consent.links import links_for
from content.rendering.program import Rendered

TRANSACTIONAL = "transactional"


def compose(claimed: Claimed, readings: Readings, channel: Channel, *, now: datetime) -> Parcel:
    """Render and build one person's message; raises RenderRefused or AddressRefused, which concern only them."""
    template = readings.templates.get()[claimed.template_version_id]
    links = links_for(claimed.workspace_id, claimed.person_id, claimed.purpose, channel=claimed.channel)
    traits = readings.people.get()[claimed.person_id].traits
    program = template.program_for(claimed.channel, traits.get("language") or traits.get("locale"))
    content = program.render(_context(claimed, readings, links, now=now))
    return channel.compose(_addressed(claimed, readings, content, links, now=now))


def _addressed(
    claimed: Claimed, readings: Readings, content: Rendered, links: dict[str, str], *, now: datetime
) -> Addressed:
    brand = readings.brands.get()[claimed.workspace_id]
    return Addressed(
        delivery_id=claimed.id,
        workspace_id=claimed.workspace_id,
        template_version_id=claimed.template_version_id,
        address=str(readings.addresses[claimed.person_id]),
        sender=brand.sender,
        sender_name=brand.sender_name,
        content=content,
        unsubscribe_url=None if claimed.purpose == TRANSACTIONAL else links["unsubscribe"],
        at=now,
    )


def _context(claimed: Claimed, readings: Readings, links: dict[str, str], *, now: datetime) -> dict[str, Any]:
    person = readings.people.get()[claimed.person_id]
    entry = claimed.entry
    properties = entry.get("properties")
    return {
        "person": {"user_id": person.user_id, **person.traits},
        # event.amount is short for event.properties.amount; id, name and time are the event's own
        "event": {**properties, **entry} if isinstance(properties, dict) else entry,
        "run": {
            "id": str(claimed.run_id),
            "flow": claimed.flow_key,
            "entered_at": _text(claimed.entered_at) if claimed.entered_at else None,
        },
        "brand": readings.brands.get()[claimed.workspace_id].values,
        "links": links,
        "now": _text(now),
    }


@lru_cache(maxsize=1024)
def _text(at: datetime) -> str:
    """The messages of a batch share their instants."""
    return at.isoformat()
