"""What the reasons for which items are refused are called."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: Final[dict[str, str | Promise]] = {
    "different_body": _("the same message id with another content"),
    "forbidden_value": _("a value that is not allowed"),
    "in_the_future": _("a time in the future"),
    "missing": _("something is missing"),
    "no_offset": _("a time without its offset from UTC"),
    "not_a_time": _("not a time"),
    "reserved": _("a reserved name"),
    "too_large": _("too large"),
    "too_long": _("too long"),
    "too_old": _("a time too long ago"),
    "unknown_field": _("an unknown field"),
    "unknown_type": _("an unknown type"),
    "unstorable": _("cannot be stored"),
    "wrong_type": _("the wrong kind of value"),
}


def reason_text(reason: str) -> str:
    """Say a reason in words; one that a newer part of the product brought in is shown as it is."""
    return str(REASONS.get(reason, reason.replace("_", " ")))
