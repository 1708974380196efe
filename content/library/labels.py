"""What states of templates, their channels and their fields are called."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from config.kit.channels import channel_text
from config.kit.labels import Label
from content.library.models import Template
from content.library.variants import Place

ARCHIVED: Final = Label("", "archive", _("archived"))
LIVE: Final = Label("ok", "circle-check", _("in use"))
CHANGED: Final = Label("warn", "pencil", _("changed, not published"))
DRAFT: Final = Label("", "pencil", _("draft"))
ALIKE: Final = Label("warn", "copy", _("not adapted"))
ICONS: Final[Mapping[str, str]] = {
    "email": "mail",
    "sms": "message-square",
    "push": "bell",
    "in_app": "inbox",
    "wecom": "users",
    "wechat": "message-square",
    "webhook": "link",
}
LANGUAGES: Final[Mapping[str, Any]] = {
    "en": _("English"),
    "zh-Hans": _("Simplified Chinese"),
    "zh-Hant": _("Traditional Chinese"),
    "ja": _("Japanese"),
    "ko": _("Korean"),
    "de": _("German"),
    "fr": _("French"),
    "es": _("Spanish"),
}
NOUNS: Final = {"journey": _("journey"), "playbook": _("playbook"), "review": _("review")}


def label_of(template: Template, *, drafted: bool) -> Label:
    """Return what state a template is in."""
    if template.archived_at:
        return ARCHIVED
    if template.live_id is None:
        return DRAFT
    return CHANGED if drafted else LIVE


def language_text(locale: str) -> str:
    """Say a language in words; one that is not known by its tag."""
    return str(LANGUAGES.get(locale, locale))


def place_text(place: Place) -> str:
    """Say a channel and a language in words."""
    return f"{channel_text(place[0])} · {language_text(place[1])}"


def noun_of(kind: str) -> str:
    """Return what kind of thing sends a template."""
    return str(NOUNS.get(kind, kind))
