"""Finds the name that somebody may have meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def near(name: str, names: Iterable[str]) -> str:
    """Return the known name that somebody may have meant, or nothing."""
    by_lower = {each.lower(): each for each in names}
    found = get_close_matches(name[:60].lower(), by_lower, n=1, cutoff=0.7)
    return by_lower[found[0]] if found else ""
