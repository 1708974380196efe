"""Words and looks of privacy requests."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from compliance.privacy.models import PrivacyRequest
from config.kit.labels import Label

KINDS: Final = {
    PrivacyRequest.Kind.EXPORT: Label("info", "download", _("Copy of the data")),
    PrivacyRequest.Kind.ERASURE: Label("bad", "trash-2", _("Erasure")),
}
STATES: Final = {
    PrivacyRequest.State.OPEN: Label("warn", "hourglass", _("Waits for a second member")),
    PrivacyRequest.State.APPROVED: Label("ok", "circle-check", _("Approved")),
    PrivacyRequest.State.REJECTED: Label("", "circle-slash", _("Rejected")),
}
