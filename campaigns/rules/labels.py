"""What the modes of rules are called and which icon they have."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from campaigns.rules.models import Rule
from config.kit.labels import Label

LIVE: Final = Label("ok", "circle-play", _("live"))
SHADOW: Final = Label("info", "activity", _("shadow"))
OFF: Final = Label("", "circle-slash", _("off"))
MODES: Final = {LIVE: "live", SHADOW: "shadow", OFF: "off"}
"""The labels and the words by which addresses name them."""


def label_of_rule(rule: Rule) -> Label:
    """Return how a rule is: live, in shadow (judged and noted, nothing done), or off."""
    if not rule.enabled or rule.mode == "off" or rule.live_id is None:
        return OFF
    return SHADOW if rule.mode == "shadow" else LIVE
