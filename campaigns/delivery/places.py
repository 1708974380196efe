"""Places in the gate for checks that other rooms bring: approval of content, policies, stock.

An empty place is still a step: its verdict is stored and says that nothing is set there. A room takes its place once,
at start-up; the order stays that of the gate, whoever registers first.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from campaigns.delivery.claims import Claimed
from campaigns.delivery.readings import Readings
from campaigns.delivery.verdicts import Verdict

Check = Callable[[Claimed, Readings], Verdict]
PLACES: Final = {
    "approval": "the content is approved and unchanged",
    "policy": "the policies of the law that applies",
    "stock": "stock and other guards of the business",
}
_taken: dict[str, Check] = {}


def occupy(place: str, check: Check) -> None:
    """Let `check` judge at this place from now on; a place has one check, so that none is replaced unseen."""
    if place not in PLACES:
        raise ValueError(f"the gate has no place {place!r}; it has {', '.join(PLACES)}")
    if place in _taken:
        raise ValueError(f"the place {place!r} of the gate is taken already")
    _taken[place] = check


def at(place: str) -> Check:
    """Return the check that asks whoever has taken the place by the time of the send."""

    def ask(claimed: Claimed, readings: Readings) -> Verdict:
        check = _taken.get(place)
        return none_set(place) if check is None else _own(place, check(claimed, readings))

    return ask


@lru_cache(maxsize=len(PLACES))
def none_set(place: str) -> Verdict:
    """Return the verdict of an empty place."""
    return Verdict(check=place, passed=True, rule=PLACES[place], value="none set")


def _own(place: str, verdict: Verdict) -> Verdict:
    """Take only a verdict of this place: an answer that is none would open the gate or hide behind another's name."""
    if not isinstance(verdict, Verdict) or verdict.check != place:
        raise TypeError(f"the check at {place} gave no verdict of its own")
    return verdict
