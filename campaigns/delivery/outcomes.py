"""What a receipt, a refused render or a closed gate means for a delivery."""

from datetime import datetime, timedelta
from typing import Final

from campaigns.delivery.channels.base import AddressRefused, Outcome, Receipt
from campaigns.delivery.claims import Claimed
from campaigns.delivery.gate import GateVerdict
from campaigns.delivery.limits import FIRST_PAUSE, HOLD_PAUSE, LONGEST_PAUSE, TRIES, UNREACHABLE_PAUSE
from campaigns.delivery.outbox import Settlement
from campaigns.delivery.verdicts import Verdict
from content.rendering.refusals import RenderRefused

SETTLED_AS: Final = {Outcome.ACCEPTED: "sent", Outcome.REFUSED: "failed", Outcome.IN_DOUBT: "in_doubt"}


def of_receipt(claimed: Claimed, receipt: Receipt, *, now: datetime) -> Settlement:
    """Say what the provider's answer means."""
    kept = {"outcome": receipt.outcome.value, "answer": receipt.answer[:500], **receipt.detail}
    if receipt.outcome is Outcome.UNREACHABLE:
        return Settlement(
            claimed=claimed, state="pending", reason=receipt.reason, due_at=now + UNREACHABLE_PAUSE, receipt=kept
        )
    kept["tries"] = claimed.tries + 1
    if receipt.outcome is not Outcome.LATER:
        reason = "" if receipt.outcome is Outcome.ACCEPTED else receipt.reason
        return Settlement(claimed=claimed, state=SETTLED_AS[receipt.outcome], reason=reason, receipt=kept)
    if claimed.tries + 1 >= TRIES:
        return Settlement(claimed=claimed, state="failed", reason="attempts_exhausted", receipt=kept)
    due_at = now + pause_after(claimed)
    return Settlement(claimed=claimed, state="pending", reason=receipt.reason, due_at=due_at, receipt=kept)


def of_gate(claimed: Claimed, verdict: GateVerdict, *, now: datetime) -> Settlement:
    """Say what a closed gate means: held and judged again, or blocked for good."""
    obstacle = verdict.obstacle
    if obstacle is None:
        raise ValueError("the gate is open")
    return Settlement(
        claimed=claimed,
        state="held" if obstacle.hold else "blocked",
        reason=obstacle.reason,
        due_at=_judged_again(obstacle, now) if obstacle.hold else None,
        gate=verdict.verdicts,
        quiet=obstacle.hold and obstacle.reason == claimed.last_reason,
    )


def _judged_again(obstacle: Verdict, now: datetime) -> datetime:
    return obstacle.until if isinstance(obstacle.until, datetime) else now + HOLD_PAUSE


def of_refusal(claimed: Claimed, verdict: GateVerdict, refusal: RenderRefused | AddressRefused) -> Settlement:
    """Say what a message that could not be built means: this person's stops here, with the variable or limit named."""
    is_render = isinstance(refusal, RenderRefused)
    reason = refusal.reason.value if isinstance(refusal, RenderRefused) else "bad_address"
    detail = refusal.detail if isinstance(refusal, RenderRefused) else str(refusal)
    stopped = Verdict(
        check="render" if is_render else "address",
        passed=False,
        rule="the template can be rendered for this person" if is_render else "the channel can write to the address",
        value=detail,
        reason=reason,
    )
    gate = [*verdict.verdicts, stopped]
    return Settlement(claimed=claimed, state="blocked", reason=reason, gate=gate)


def pause_after(claimed: Claimed) -> timedelta:
    """Return the pause before the next try: tripled each time, spread by up to a fifth so that retries do not bunch."""
    pause = min(FIRST_PAUSE * int(3**claimed.tries), LONGEST_PAUSE)
    return pause * (1 + (claimed.id.int % 1000) / 5000)
