"""What the modes of rules are called and which icon they have."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from audiences.conditions.instants import instant
from campaigns.rules.models import Rule
from config.kit import clock
from config.kit.labels import Label

LIVE: Final = Label("ok", "circle-play", _("live"))
SHADOW: Final = Label("info", "activity", _("shadow"))
OFF: Final = Label("", "circle-slash", _("off"))
STOPPED: Final = Label("bad", "octagon-x", _("stopped"))
EXPIRED: Final = Label("", "clock", _("over"))
MODES: Final = {LIVE: "live", SHADOW: "shadow", OFF: "off", STOPPED: "stopped", EXPIRED: "over"}
"""The labels and the words by which addresses name them."""


def label_of_rule(rule: Rule) -> Label:
    """Return how a rule is: live, in shadow (judged and noted, nothing done), off, stopped, or over."""
    if rule.stopped_at is not None:
        return STOPPED
    if not rule.enabled or rule.mode == "off" or rule.live_id is None:
        return OFF
    expires = instant(str(rule.live.definition.get("expires", ""))) if rule.live else None
    if expires is not None and expires <= clock.now():
        return EXPIRED
    return SHADOW if rule.mode == "shadow" else LIVE
