"""Small pictures of numbers drawn by the server: they need no script and fit into a cell."""

from collections.abc import Sequence
from typing import Final

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()
WIDTH: Final = 96
HEIGHT: Final = 24
INSET: Final = 2
LINE: Final = (
    '<polyline points="{}" fill="none" stroke="currentColor" stroke-width="1.5" '
    'stroke-linejoin="round" stroke-linecap="round"/>'
)


@register.simple_tag
def spark(values: Sequence[float], label: str) -> SafeString:
    """Draw how a number went, oldest first; `label` says what it is, and a screen reader reads the numbers too."""
    return _picture(format_html(LINE, points(values)), label=label, values=values)


@register.simple_tag
def columns(values: Sequence[float], label: str) -> SafeString:
    """Draw the same as small columns: for numbers that have nothing to do with the one before."""
    path = "".join(_column(at, value, values) for at, value in enumerate(values))
    return _picture(format_html('<path d="{}" fill="currentColor"/>', path), label=label, values=values)


def _column(at: int, value: float, values: Sequence[float]) -> str:
    wide, top = (WIDTH - 2 * INSET) / len(values), max([*values, 1])
    tall = max(value * (HEIGHT - INSET) / top, 1 if value else 0)
    return f"M{INSET + at * wide + 1:.1f} {HEIGHT}v{-tall:.1f}h{max(wide - 2, 1):.1f}V{HEIGHT}z"


def points(values: Sequence[float]) -> str:
    """Return the corners of a line through the values, drawn into the picture from left to right."""
    top, steps = max([*values, 1]), max(len(values) - 1, 1)
    corners = (
        (INSET + at * (WIDTH - 2 * INSET) / steps, HEIGHT - INSET - value * (HEIGHT - 2 * INSET) / top)
        for at, value in enumerate(values)
    )
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)


def _picture(shape: SafeString, *, label: str, values: Sequence[float]) -> SafeString:
    said = f"{label}: {', '.join(f'{value:,}' for value in values)}"
    frame = '<svg class="spark" viewBox="0 0 {} {}" role="img" aria-label="{}"><title>{}</title>{}</svg>'
    return format_html(frame, WIDTH, HEIGHT, said, said, shape)
