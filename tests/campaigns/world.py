"""Lets all that follows from stored events happen, as the workers do."""

from datetime import datetime

from campaigns.actions.effects import drain_effects
from campaigns.flows.starting import drain_actions
from campaigns.triggers import drain_intake
from config.kit import clock


def settle(now: datetime, *, rounds: int = 100) -> None:
    """Work until nothing is left to do at `now`; webhooks are not called."""
    with clock.at(now):
        for _ in range(rounds):
            if not (drain_intake(budget_s=60).events + drain_effects(now) + drain_actions(now)):
                return
    raise AssertionError("there is no end to it")
