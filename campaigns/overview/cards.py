"""The cards of the home page as a user arranged them: their order, and which are hidden."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.access.models import User
from compliance.desk import forget_layout, keep_layout, layout

PAGE: Final = "home"


@dataclass(frozen=True, slots=True)
class Card:
    """A card: the key of its part of the template, its title, how many of the twelve columns it takes."""

    key: str
    text: str | Promise
    width: int


CARDS: Final = (
    Card("figures", _("Figures"), 12),
    Card("journeys", _("Live journeys"), 8),
    Card("needs", _("Needs you"), 4),
    Card("reasons", _("Why messages did not go out"), 8),
    Card("health", _("Health"), 4),
)
_BY_KEY: Final = {card.key: card for card in CARDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """All cards: those shown, in their order, and those hidden."""

    shown: Sequence[Card]
    hidden: Sequence[Card]


def arrangement(user: User, *, workspace_id: int) -> Arrangement:
    """Return the user's arrangement; cards that came since stand at the end."""
    kept = layout(user, PAGE, workspace_id=workspace_id)
    order = [key for key in kept.get("order", ()) if key in _BY_KEY]
    hidden = {key for key in kept.get("hidden", ()) if key in _BY_KEY}
    keys = dict.fromkeys([*order, *_BY_KEY])
    return Arrangement(
        shown=[_BY_KEY[key] for key in keys if key not in hidden],
        hidden=[_BY_KEY[key] for key in keys if key in hidden],
    )


def arrange(user: User, sent: Mapping[str, str], *, workspace_id: int, now: datetime) -> None:
    """Do what one button, or a drag, says; anything else changes nothing."""
    if "reset" in sent:
        forget_layout(user, PAGE, workspace_id=workspace_id)
        return
    stands = arrangement(user, workspace_id=workspace_id)
    shown, hidden = [card.key for card in stands.shown], [card.key for card in stands.hidden]
    if "order" in sent:
        wanted = [key for key in sent["order"].split(",") if key in shown]
        shown = list(dict.fromkeys([*wanted, *shown]))
    _move(shown, sent.get("up", ""), -1)
    _move(shown, sent.get("down", ""), 1)
    if (key := sent.get("hide")) in shown:
        shown.remove(key)
        hidden.append(key)
    if (key := sent.get("show")) in hidden:
        hidden.remove(key)
        shown.append(key)
    kept: dict[str, Any] = {"order": [*shown, *hidden], "hidden": hidden}
    keep_layout(user, PAGE, kept, workspace_id=workspace_id, now=now)


def _move(keys: list[str], key: str, by: int) -> None:
    if key in keys:
        at = keys.index(key)
        keys.insert(min(max(at + by, 0), len(keys) - 1), keys.pop(at))
