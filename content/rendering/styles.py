"""Puts the rules of a mail's style sheet on the elements that they concern: many mail programs drop the sheet."""

import re
from typing import Final

import css_inline

from content.rendering.liquid_apart import rewritten

_SHEET: Final = re.compile(r"<style[\s>]", re.IGNORECASE)
_SHEETS: Final = re.compile(r"<style[\s>].*?</style", re.IGNORECASE | re.DOTALL)
# the sheet stays for what no element can carry: media queries and pseudo-classes; nothing is ever fetched
_INLINER: Final = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)


def has_sheet(html: str) -> bool:
    """Whether there is a style sheet to put on elements."""
    return bool(_SHEET.search(html))


def inlined(html: str) -> str | None:
    """Return the HTML with its style sheet on its elements; None where that would tear the Liquid in it."""
    if not has_sheet(html):
        return html
    if any("{{" in sheet or "{%" in sheet for sheet in _SHEETS.findall(html)):
        return None
    try:
        return rewritten(html, _without_new_bodies)
    except css_inline.InlineError:
        return None


def _without_new_bodies(html: str) -> str:
    """Inline, and take out the table bodies that the parser adds: a loop of rows would open one each time."""
    made = _INLINER.inline(html)
    return made if "<tbody" in html.lower() else made.replace("<tbody>", "").replace("</tbody>", "")
