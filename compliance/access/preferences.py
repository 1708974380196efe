"""Language, zone, theme and shortcuts: a member's own settings, kept on the user, before log-in in cookies."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from compliance.access.models import User
from config.kit.context import THEMES
from config.kit.errors import InputRefused, Problem
from config.kit.zones import ZONES

YEAR: Final = 31_536_000
FIELDS: Final = ("language", "zone", "theme", "shortcuts")
SWITCH: Final = {"on": True, "off": False}


def zones() -> list[str]:
    """Return the zone names that may be chosen, in order: those of places, and UTC."""
    places = (name for name in ZONES if "/" in name and not name.startswith("Etc/"))
    return [*sorted(places), "UTC"]


def of(user: User) -> dict[str, str]:
    """Return what a user has chosen, as the form says it."""
    shortcuts = "on" if user.shortcuts else "off"
    return {"language": user.language, "zone": user.zone, "theme": user.theme, "shortcuts": shortcuts}


def labels() -> dict[str, str]:
    """Return what each preference is called."""
    return {
        "language": _("Language"),
        "zone": _("Time zone"),
        "theme": _("Theme"),
        "shortcuts": _("Single-letter shortcuts"),
    }


def chosen(form: Mapping[str, str]) -> dict[str, str]:
    """Return what the form sets; an unknown value is refused with its field."""
    values = {name: form[name] for name in FIELDS if form.get(name)}
    known = {"language": {code for code, _name in settings.LANGUAGES}, "zone": set(zones()), "theme": set(THEMES)}
    known["shortcuts"] = set(SWITCH)
    hint = _("Choose one of the list.")
    problems = [
        Problem(path=name, message=_("“%(value)s” is not known.") % {"value": value[:80]}, hint=hint)
        for name, value in values.items()
        if value not in known[name]
    ]
    if problems:
        raise InputRefused(problems)
    return values


def keep_for_user(user: User, values: Mapping[str, str], *, now: datetime) -> None:
    """Store the choices on the user."""
    for name, value in values.items():
        setattr(user, name, SWITCH[value] if name == "shortcuts" else value)
    user.preferences_at = now
    user.save(update_fields=[*values, "preferences_at"])


def keep_in_cookies(response: HttpResponse, values: Mapping[str, str]) -> None:
    """Store language and theme for somebody who is not logged in."""
    for name in ("language", "theme"):
        if name in values:
            response.set_cookie(name, values[name], max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
