"""Lets matches fire or holds them back: roll-out, schedule, exclusion, cool-down, limits in number."""

from campaigns.rules.steering.held import Held, forget_held, keep_held
from campaigns.rules.steering.standing import outside
from campaigns.rules.steering.steer import Steered, steer

__all__ = ["Held", "Steered", "forget_held", "keep_held", "outside", "steer"]
