"""What the states and kinds of actions are called, and why one was refused or given up."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.kit.labels import Label

STATES: Final = {
    "pending": Label("info", "clock", _("waiting")),
    "done": Label("ok", "check", _("done")),
    "refused": Label("", "circle-slash", _("refused")),
    "parked": Label("warn", "circle-pause", _("parked")),
}
KINDS: Final[dict[str, str | Promise]] = {
    "start_flow": _("start a journey"),
    "emit": _("tell an event"),
    "set_trait": _("set a trait"),
    "add_label": _("add a label"),
    "webhook": _("call another system"),
}
REASONS: Final[dict[str, str | Promise]] = {
    "too_many_hops": _("rules set each other off too often in a row"),
    "rule_stopped": _("the rule was stopped"),
    "missing_value": _("a value that it needs is missing"),
    "too_large": _("the event would be too large"),
    "endpoint_off": _("the endpoint is switched off or gone"),
    "address_inside": _("the address leads inside a network"),
    "timed_out": _("no answer in time"),
    "unknown_host": _("the host is not known"),
    "unreachable": _("no connection"),
    "untrusted": _("the certificate cannot be trusted"),
}


def reason_text(reason: str) -> str:
    """Return why an action was refused, parked or failed, in words where there are some."""
    return str(REASONS.get(reason, reason))
