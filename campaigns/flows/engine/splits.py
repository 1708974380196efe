"""Which arm of a split a person takes: drawn by a hash, so that nothing has to be remembered (W6)."""

from typing import Final
from uuid import UUID

from campaigns.flows.engine.graph import Split
from config.kit.ids import derived

_FINE: Final = 1 << 53
"""As many equal parts as a float can tell apart."""


def arm_of(node: Split, *, flow: str, subject: UUID) -> int:
    """Return the number (from 0) of the arm of this subject: the same again while the weights are the same."""
    place = derived("split", flow, node.name, subject).int % _FINE / _FINE * sum(arm.weight for arm in node.arms)
    reached = 0.0
    for number, arm in enumerate(node.arms):
        reached += arm.weight
        if place < reached:
            return number
    # the sum of floats may come out a hair below the last bound
    return max(number for number, arm in enumerate(node.arms) if arm.weight)
