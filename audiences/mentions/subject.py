"""Whom a mention is about: the id of a brand, and which events are about no person."""

from functools import lru_cache
from typing import Final
from uuid import UUID

from config.kit.ids import derived

BRAND: Final = "brand"


@lru_cache(maxsize=10_000)
def brand_id(workspace_id: int, brand: str) -> UUID:
    """Return the id under which the events about a brand are kept; `brand` is its key in NFC."""
    return derived(workspace_id, BRAND, brand)
