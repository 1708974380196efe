"""The gate: ordered checks before every send. Default-deny, run in full, each verdict kept with its value and limit.

The order is fixed: flow live, content, its approval, consent, policies, suppression, exit, holdout, address, stock,
caps, quiet hours. Approval, policies and stock are places that other rooms fill. The first check that does not pass
gives the message its reason; the others are still judged, so that an operator sees all that stands in the way.
"""

import logging
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import msgspec

from campaigns.delivery.channels.base import AddressRefused
from campaigns.delivery.claims import Claimed
from campaigns.delivery.frequency.checks import cap_verdict, quiet_verdict
from campaigns.delivery.places import Check, at
from campaigns.delivery.readings import Readings, Unreadable
from campaigns.delivery.verdicts import Verdict

log = logging.getLogger(__name__)


class GateVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """All checks' answers in order, and the first that stands in the way."""

    verdicts: Sequence[Verdict]
    obstacle: Verdict | None

    @property
    def open(self) -> bool:
        return self.obstacle is None


def judge(claimed: Claimed, readings: Readings) -> GateVerdict:
    """Run every check on one delivery."""
    verdicts, obstacle = [], None
    for name, check in CHECKS:
        try:
            verdict = check(claimed, readings)
        except Unreadable as error:
            verdict = unread(name, str(error))
        except Exception as error:  # a check that breaks is a check that did not pass
            log.exception("gate: check %s failed on delivery %s", name, claimed.id)
            verdict = unread(name, type(error).__name__)
        verdicts.append(verdict)
        if obstacle is None and not verdict.passed:
            obstacle = verdict
    return GateVerdict(verdicts=verdicts, obstacle=obstacle)


def unread(name: str, what: str) -> Verdict:
    """Return the verdict of a check whose dependency cannot be read: hold, and try again."""
    rule = "what cannot be read holds the message"
    return Verdict(check=name, passed=False, rule=rule, value=what, limit="readable", reason="dependency", hold=True)


def _flow_live(claimed: Claimed, _readings: Readings) -> Verdict:
    return _live(claimed.flow_state)


# verdicts that many messages share are made once
@lru_cache(maxsize=64)
def _live(state: str | None) -> Verdict:
    return Verdict(
        check="flow_live",
        passed=state == "live",
        rule="the flow is live",
        value=state,
        limit="live",
        reason={"live": "", "paused": "flow_paused"}.get(state or "", "flow_not_live"),
        hold=state == "paused",
    )


def _content(claimed: Claimed, readings: Readings) -> Verdict:
    template = readings.templates.get().get(claimed.template_version_id)
    if template is None or template.workspace_id != claimed.workspace_id:
        return _fits(None, None, None, claimed.channel)
    made_for = claimed.channel if claimed.channel in template.channels else template.channel
    return _fits(template.key, template.number, made_for, claimed.channel)


@lru_cache(maxsize=1024)
def _fits(key: str | None, number: int | None, made_for: str | None, channel: str) -> Verdict:
    passed = made_for == channel
    return Verdict(
        check="content",
        passed=passed,
        rule="the template version exists and is for this channel",
        value=None if key is None else f"{key} v{number} ({made_for})",
        limit=channel,
        reason="" if passed else "content_missing",
    )


def _consent(claimed: Claimed, readings: Readings) -> Verdict:
    found = readings.consents.get()[claimed.workspace_id, claimed.purpose, claimed.person_id]
    return Verdict(
        check="consent",
        passed=found.allowed,
        rule=f"{claimed.purpose} by {claimed.channel}",
        value={"state": found.state, "source": found.source, "changed_at": found.changed_at},
        limit="not withdrawn" if claimed.purpose == "transactional" else "granted",
        reason="" if found.allowed else found.reason,
    )


def _suppression(claimed: Claimed, readings: Readings) -> Verdict:
    listed = readings.suppressions.get()
    address = _address_of(claimed, readings)
    reason = listed.get((claimed.workspace_id, address)) if isinstance(address, str) else None
    return Verdict(
        check="suppression",
        passed=reason is None,
        rule="the address is not suppressed",
        value=reason or ("not listed" if address and isinstance(address, str) else "no address"),
        limit="not listed",
        reason="suppressed" if reason else "",
    )


def _exit(claimed: Claimed, readings: Readings) -> Verdict:
    """A run that came to its end by itself still sends what it asked for; any other end takes the message back.

    What has happened since, and would have made it leave, counts as such an end.
    """
    leaves = readings.leaving.get().get(claimed.run_id) if claimed.run_id else None
    return _stays(claimed.run_state, claimed.run_exit, leaves)


@lru_cache(maxsize=256)
def _stays(state: str | None, left: str | None, leaves: str | None) -> Verdict:
    ended = (state == "ended" and left != "completed") or leaves is not None
    known = state is not None
    return Verdict(
        check="exit",
        passed=known and not ended,
        rule="the run has not left the flow",
        value=(leaves or left or state) if known else None,
        limit="active, waiting or completed",
        reason="run_ended" if ended else "" if known else "no_run",
    )


def _holdout(claimed: Claimed, _readings: Readings) -> Verdict:
    return _not_held_out(claimed.holdout)


@lru_cache(maxsize=4)
def _not_held_out(holdout: bool | None) -> Verdict:
    held_out = holdout is not False
    return Verdict(
        check="holdout",
        passed=not held_out,
        rule="members of the control group get no message",
        value=holdout,
        limit=False,
        reason="holdout" if held_out else "",
    )


def _address(claimed: Claimed, readings: Readings) -> Verdict:
    address = _address_of(claimed, readings)
    refused = isinstance(address, AddressRefused)
    return Verdict(
        check="address",
        passed=bool(address) and not refused,
        rule=f"there is an address for {claimed.channel}",
        value=str(address) if refused else "present" if address else "none",
        limit="present",
        reason="bad_address" if refused else "" if address else "no_address",
    )


def _address_of(claimed: Claimed, readings: Readings) -> str | AddressRefused:
    readings.people.get()
    return readings.addresses.get(claimed.person_id, "")


def _cap(claimed: Claimed, readings: Readings) -> Verdict:
    given = claimed, readings.courtesy.get(), readings.traits_of(claimed), readings.tags_of(claimed)
    return cap_verdict(*given, now=readings.now)


def _quiet(claimed: Claimed, readings: Readings) -> Verdict:
    given = claimed, readings.courtesy.get(), readings.traits_of(claimed), readings.tags_of(claimed)
    return quiet_verdict(*given, now=readings.now)


CHECKS: Final[Sequence[tuple[str, Check]]] = (
    ("flow_live", _flow_live),
    ("content", _content),
    ("approval", at("approval")),
    ("consent", _consent),
    ("policy", at("policy")),
    ("suppression", _suppression),
    ("exit", _exit),
    ("holdout", _holdout),
    ("address", _address),
    ("stock", at("stock")),
    ("cap", _cap),
    ("window", _quiet),
)
