"""What the frame of every page needs to know: language, theme and the state of the side navigation."""

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

THEMES: Final = ("light", "dark", "auto")
HTML_LANGUAGES: Final = {"zh-hans": "zh-Hans", "en": "en"}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's values; before log-in they come from cookies."""
    theme = getattr(getattr(request, "user", None), "theme", None) or request.COOKIES.get("theme", "auto")
    return {
        "html_lang": HTML_LANGUAGES.get(get_language() or "en", "en"),
        "theme": theme if theme in THEMES else "auto",
        "idle_seconds": settings.SESSION_IDLE_MINUTES * 60,
        "keys_state": "on" if getattr(getattr(request, "user", None), "shortcuts", True) else "off",
        "nav_state": "narrow" if request.COOKIES.get("nav") == "narrow" else "wide",
    }
