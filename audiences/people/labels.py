"""What the kinds of events are called and which icon they have."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from audiences.intake.models import EventKind
from config.kit.labels import Label

KINDS: Final = {
    EventKind.TRACK: Label("", "activity", _("did")),
    EventKind.IDENTIFY: Label("", "user-round", _("told about themselves")),
    EventKind.PAGE: Label("", "monitor", _("saw page")),
    EventKind.SCREEN: Label("", "monitor", _("saw screen")),
    EventKind.GROUP: Label("", "users", _("joined group")),
    EventKind.ALIAS: Label("", "key-round", _("got another id")),
    EventKind.MENTION: Label("", "bell", _("was mentioned")),
    EventKind.SIGNAL: Label("info", "tags", _("was noted")),
    EventKind.INTERNAL: Label("info", "tags", _("was noted")),
}


NAMED: Final = frozenset({EventKind.TRACK, EventKind.PAGE, EventKind.SCREEN, EventKind.INTERNAL})


def has_own_name(kind: int) -> bool:
    """Whether an event of this kind has a name that says more than the kind."""
    return kind in NAMED


def label_of_kind(kind: int) -> Label:
    """Return the label of an event's kind."""
    return KINDS[EventKind(kind)]
