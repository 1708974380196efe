"""Makes an event of each decision about consent, so that whatever depends on it is looked at in its turn."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from audiences.intake import Internal, emit
from compliance.consent.consents import Decided
from compliance.consent.signals import consents_changed
from config.kit import queues
from config.kit.nudge import nudge

AT_ONCE: Final = 5_000


def listen() -> None:
    """Hear of every decision from now on."""
    consents_changed.connect(_tell, dispatch_uid="audiences.people.decisions")


def _tell(*, workspace_id: int, decided: Sequence[Decided], now: datetime, **_: Any) -> None:
    """Emit `consent.granted` and `consent.withdrawn` in the transaction of the decision.

    People are judged when the events are absorbed, like by any other event: in order, and by whoever holds them.
    Somebody whom no event named yet is judged when the first one does.
    """
    told = [
        Internal(
            person_id=one.person_id,
            name=f"consent.{one.state}",
            at=now,
            dedupe=f"consent {one.person_id} {one.channel}/{one.purpose} {one.state} {one.changed_at.isoformat()}",
            properties={"channel": one.channel, "purpose": one.purpose, "source": one.source},
        )
        for one in decided
    ]
    for start in range(0, len(told), AT_ONCE):
        emit(workspace_id, told[start : start + AT_ONCE])
    nudge(queues.DRAIN_INTAKE)
