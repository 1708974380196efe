"""What the states of messages, the reasons and the gate's checks are called."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.delivery.models import Delivery
from config.kit.labels import Label

STATES: Final = {
    Delivery.State.PENDING: Label("", "hourglass", _("pending")),
    Delivery.State.HELD: Label("warn", "circle-pause", _("held")),
    Delivery.State.CLAIMED: Label("info", "hourglass", _("being prepared")),
    Delivery.State.SENDING: Label("info", "send", _("being sent")),
    Delivery.State.SENT: Label("ok", "circle-check", _("sent")),
    Delivery.State.FAILED: Label("bad", "circle-x", _("failed")),
    Delivery.State.BLOCKED: Label("bad", "ban", _("blocked")),
    Delivery.State.IN_DOUBT: Label("warn", "circle-help", _("in doubt")),
}
REASONS: Final[dict[str, str | Promise]] = {
    "no_consent": _("no consent"),
    "consent_withdrawn": _("consent withdrawn"),
    "suppressed": _("address suppressed"),
    "flow_paused": _("journey paused"),
    "flow_not_live": _("journey not live"),
    "content_missing": _("template missing"),
    "run_ended": _("left the journey before the send"),
    "no_run": _("its run is gone"),
    "holdout": _("control group"),
    "capped": _("reached often enough"),
    "quiet_hours": _("quiet hours"),
    "unknown_time_zone": _("local time not known"),
    "no_address": _("no address"),
    "bad_address": _("address not usable"),
    "missing_variable": _("a variable is missing"),
    "dependency": _("something could not be read"),
    "attempts_exhausted": _("all tries failed"),
    "template_limit": _("template too large or too slow"),
    "template_error": _("template cannot be rendered"),
    "unreachable": _("provider unreachable"),
    "timeout": _("provider did not answer in time"),
    "tls_failed": _("no secure connection to the provider"),
    "log_in_refused": _("log-in refused by the provider"),
    "log_in_needed": _("provider wants a log-in"),
    "unexpected_answer": _("provider gave an unexpected answer"),
    "connection_lost": _("connection to the provider lost"),
    "too_slow": _("provider too slow"),
    "server_closing": _("provider is closing down"),
    "sender_refused": _("sender refused by the provider"),
    "sender_later": _("provider asks to try the sender later"),
    "recipient_refused": _("recipient refused by the provider"),
    "recipient_later": _("provider asks to try the recipient later"),
    "data_refused": _("message refused by the provider"),
    "data_later": _("provider asks to try later"),
    "message_refused": _("message refused by the provider"),
    "message_later": _("provider asks to try later"),
    "smtputf8_unsupported": _("provider takes no addresses outside ASCII"),
    "no_answer": _("the provider's answer was lost"),
    "channel_broke": _("the channel broke while sending"),
    "operator_sent": _("an operator says that it arrived"),
    "operator_failed": _("an operator says that it did not arrive"),
    "operator_resend": _("an operator had it sent again"),
}
CHECKS: Final[dict[str, str | Promise]] = {
    "flow_live": _("The journey is live"),
    "content": _("The template is there"),
    "approval": _("Approval of the content"),
    "consent": _("The person consented"),
    "policy": _("Policies"),
    "suppression": _("The address is not suppressed"),
    "exit": _("The run has not left the journey"),
    "holdout": _("Not in the control group"),
    "address": _("There is an address"),
    "stock": _("Stock and other guards"),
    "render": _("The message can be rendered"),
    "window": _("Quiet hours"),
    "cap": _("Frequency cap"),
}
WORDS: Final[dict[str, str | Promise]] = {
    "live": _("live"),
    "paused": _("paused"),
    "stopped": _("stopped"),
    "draft": _("draft"),
    "granted": _("granted"),
    "withdrawn": _("withdrawn"),
    "not withdrawn": _("not withdrawn"),
    "not listed": _("not listed"),
    "no address": _("no address"),
    "present": _("present"),
    "none": _("none"),
    "none set": _("none set"),
    "readable": _("readable"),
    "active": _("active"),
    "waiting": _("waiting"),
    "completed": _("completed"),
    "exit_event": _("exit event"),
    "active, waiting or completed": _("active, waiting or completed"),
}


def label_of_state(state: str) -> Label:
    """Return the label of a message's state."""
    return STATES[Delivery.State(state)]


RECEIPT: Final[dict[str, str | Promise]] = {
    "answer": _("Answer"),
    "outcome": _("Outcome"),
    "tries": _("Tries"),
}
OUTCOMES: Final[dict[str, str | Promise]] = {
    "accepted": _("accepted"),
    "refused": _("refused for good"),
    "later": _("asked to try again later"),
    "unreachable": _("could not be reached"),
    "in_doubt": _("in doubt"),
}


def receipt_lines(receipt: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    """Return what a provider answered as (key, its words, value); keys that only one provider has stay as they are."""
    return [
        (key, str(RECEIPT.get(key, key.replace("_", " "))), OUTCOMES.get(value, value) if key == "outcome" else value)
        for key, value in sorted(receipt.items(), key=lambda item: (item[0] not in RECEIPT, item[0]))
    ]


def reason_text(reason: str) -> str:
    """Say a reason in words; one that a newer part of the product brought in is shown as it is."""
    return str(REASONS.get(reason, reason.replace("_", " ")))
