"""What channels, and the purposes of messages, are called; one that is not known is shown as it is."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CHANNELS: Final[dict[str, str | Promise]] = {
    "email": _("e-mail"),
    "sms": _("text message"),
    "push": _("push message"),
    "in_app": _("in-app message"),
    "wecom": _("WeCom"),
    "wechat": _("WeChat"),
    "webhook": _("webhook"),
    "null": _("test channel"),
}
PURPOSES: Final[dict[str, str | Promise]] = {
    "marketing": _("marketing"),
    "transactional": _("transactional"),
}


def channel_text(channel: str) -> str:
    """Say a channel in words."""
    return str(CHANNELS.get(channel, channel))


def purpose_text(purpose: str) -> str:
    """Say a purpose in words."""
    return str(PURPOSES.get(purpose, purpose))
