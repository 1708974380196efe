"""Choosing the language of a sample."""

from django.utils.translation import get_language


def say(en: str, zh: str) -> str:
    """Return the sample in the language of the page."""
    return zh if (get_language() or "").startswith("zh") else en
