"""Whom of a segment we could write to, by channel, and why not the others: the checks of the gate, without sending."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from audiences.conditions import Needs
from audiences.facts.reader import load
from audiences.segments.previews.counting import readable
from audiences.segments.previews.drawing import DRAWN, Draw
from audiences.segments.previews.tally import matching
from compliance.consent.consents import may_contact
from compliance.consent.suppressions import suppressed

MARKETING: Final = "marketing"
Address = Callable[[Mapping[str, Any]], str]
"""From a person's traits to the address, empty where there is none that can be used."""

_channels: dict[str, Address] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Of those who satisfy a condition: how many a channel reaches, and how many it loses to what, first cause first.

    Every number is an estimate ± `error` at 95 % unless `exact`.
    """

    channel: str
    reachable: int
    no_address: int
    suppressed: int
    no_consent: int
    exact: bool
    error: int


def register_channel(slug: str, address: Address) -> None:
    """Tell how a channel reads an address from traits; called at the start by the app that has the channels."""
    _channels[slug] = address


def reachable(workspace_id: int, where: Any, *, now: datetime, purpose: str = MARKETING, seed: int = 0) -> list[Reach]:
    """Return, per channel, how many could be written to for this purpose, and what stands in the way of the others."""
    condition = readable(workspace_id, where)
    people, drawn = matching(workspace_id, condition, now=now, most=DRAWN, seed=seed)
    traits = {i: known.traits for i, known in load(workspace_id, people, Needs(), now=now).items()}
    return [
        _scaled(slug, _sorted(workspace_id, slug, address, traits, purpose=purpose), drawn)
        for slug, address in sorted(_channels.items())
    ]


def _sorted(
    workspace_id: int, channel: str, address: Address, traits: Mapping[UUID, Mapping[str, Any]], *, purpose: str
) -> list[int]:
    """Return how many are reachable, have no address, are suppressed, have not consented."""
    addresses = {person_id: found for person_id, known in traits.items() if (found := address(known))}
    listed = suppressed(workspace_id, channel, addresses.values())
    open_ones = [person_id for person_id, found in addresses.items() if found not in listed]
    allowed = may_contact(workspace_id, open_ones, channel=channel, purpose=purpose)
    reached = sum(verdict.allowed for verdict in allowed.values())
    return [reached, len(traits) - len(addresses), len(addresses) - len(open_ones), len(open_ones) - reached]


def _scaled(channel: str, found: Sequence[int], drawn: Draw | None) -> Reach:
    scaled = found if drawn is None else [drawn.scaled(n) for n in found]
    return Reach(
        channel=channel,
        reachable=scaled[0],
        no_address=scaled[1],
        suppressed=scaled[2],
        no_consent=scaled[3],
        exact=drawn is None or drawn.whole,
        error=0 if drawn is None else max(drawn.error(n) for n in found),
    )
