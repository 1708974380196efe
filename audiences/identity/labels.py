"""Words and looks of identifiers and claims."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audiences.people.models import IdentityClaim
from audiences.people.naming import DEVICE, EMAIL, OPENID, PHONE, UNIONID
from audiences.people.subjects import ANONYMOUS, USER
from config.kit.labels import Label

State = IdentityClaim.State
KIND_WORDS: Final[dict[str, str | Promise]] = {
    USER: _("User id"),
    ANONYMOUS: _("Anonymous id"),
    EMAIL: _("E-mail"),
    PHONE: _("Phone"),
    DEVICE: _("Device"),
    OPENID: _("WeChat openid"),
    UNIONID: _("WeChat unionid"),
}
STATES: Final = {
    State.OPEN: Label("warn", "hourglass", _("Waits for a decision")),
    State.NOTED: Label("", "info", _("Only noted")),
    State.MERGED: Label("ok", "circle-check", _("One person")),
    State.DISMISSED: Label("", "circle-slash", _("Two people")),
}


def kind_text(kind: str) -> str:
    """Return what people call a kind of identifier."""
    return str(KIND_WORDS.get(kind, kind))
