"""What the style guide has, in the order in which it is read."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Chapter:
    """One page: the key is its address and the name of its template."""

    key: str
    icon: str
    text: str | Promise
    said: str | Promise
    frame: bool = False


CHAPTERS: Final = (
    Chapter("basics", "layers", _("Basics"), _("Colours, type, buttons, badges, chips, keys")),
    Chapter("forms", "sliders-horizontal", _("Forms"), _("Every kind of field, choices, combobox")),
)
