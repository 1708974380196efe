"""What is made of a mail's texts once per version: rules of the style sheet on the elements, and a plain-text part."""

from collections.abc import Mapping
from typing import Any

from liquid.exceptions import LiquidError

from content.rendering.part import parse_part
from content.rendering.plain import text_of
from content.rendering.styles import inlined


def finished(variant: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a variant as it is rendered; only mail with HTML changes."""
    html = variant.get("html")
    if variant.get("channel") != "email" or not html:
        return variant
    made = {**variant, "html": inlined(html) or html}
    if not variant.get("body") and (text := _plain(html)):
        made["body"] = text
    return made


def _plain(html: str) -> str | None:
    """Return the plain text; None where leaving tags out would tear the Liquid in them (then HTML alone)."""
    text = text_of(html)
    try:
        parse_part(text, html=False)
    except (LiquidError, RecursionError):
        return None
    return text
