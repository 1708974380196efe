"""Numbers, times and addresses as the console writes them."""

import json as json_module
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from config.kit import clock
from config.kit.channels import channel_text, purpose_text
from config.kit.forms import KEY, fresh_key
from config.kit.masking import masked, shown
from config.kit.spoken import spoken
from config.kit.zones import ZONES

register = template.Library()
register.filter("channel", channel_text)
register.filter("purpose", purpose_text)
SHOWN: Final = 400
ENOUGH: Final = 20  # below this a percentage says little
UNITS: Final = (86_400, 3_600, 60)


@register.filter
def num(value: float | Decimal | None) -> str:
    """Write a number with groups of three digits, as both languages do; a dash when there is none."""
    if value is None:
        return "–"
    return f"{value:,}"


@register.filter
def short(value: float | None) -> str:
    """Write a large number short: 48.2k in English, 4.8 万 in Chinese."""
    if value is None:
        return "–"
    steps = ((10**8, "亿"), (10**4, "万")) if (get_language() or "").startswith("zh") else ((10**6, "M"), (10**3, "k"))
    for size, unit in steps:
        if abs(value) >= size * 10:
            return f"{value / size:,.1f}".removesuffix(".0") + f" {unit}".replace(" k", "k").replace(" M", "M")
    return f"{value:,}"


@register.filter
def seconds(value: float | None) -> str:
    """Write a short length of time with the digits that matter: 0.04 s, 1.8 s, then minutes and hours."""
    if value is None:
        return "–"
    if value >= 120:
        return duration(value)
    if value < 0.01:
        return gettext("%(n)s s") % {"n": "< 0.01"}
    return gettext("%(n)s s") % {"n": f"{value:.2f}" if value < 1 else f"{value:.1f}"}


@register.filter
def percent(part: float | None, whole: float | None) -> str:
    """Write a share with one decimal; a dash when there is nothing to have a share of."""
    if not whole or part is None:
        return "–"
    return f"{100 * part / whole:.1f} %"


@register.simple_tag
def delta(now: float, before: float) -> str:
    """Write how a figure changed against the window before; never colour alone, so in words and with its sign."""
    if now == before:
        return gettext("as in the window before")
    change = f"{100 * (now - before) / before:+.1f} %" if before >= ENOUGH else f"{now - before:+,}"
    return gettext("%(change)s against the window before") % {"change": change}


@register.simple_tag
def when(value: datetime | None, style: str = "full", person: Any = None) -> SafeString | str:
    """Write an instant in the user's zone; the tooltip says it with the zone's name, in UTC, and at a person's place.

    Styles: `full` (date and time), `time`, `day`, `ago`. `person` is whoever has traits, one of which is a zone.
    """
    if value is None:
        return "–"
    local = timezone.localtime(value)
    utc = value.astimezone(UTC)
    title = f"{local:%Y-%m-%d %H:%M:%S} {timezone.get_current_timezone_name()} · {utc:%Y-%m-%d %H:%M:%S} UTC"
    if theirs := _zone_of(person):
        title += f" · {value.astimezone(theirs):%Y-%m-%d %H:%M:%S} {theirs.key}"
    written = format_html('<time datetime="{}" title="{}">{}</time>', utc.isoformat(), title, _written(local, style))
    return _ticking(written, value) if style == "ago" else written


def _ticking(written: SafeString, value: datetime) -> SafeString:
    """Let the browser keep an age true; how old it is now the server says, for clocks of browsers differ."""
    return format_html('<x-time age="{}">{}</x-time>', round((clock.now() - value).total_seconds()), written)


def _zone_of(person: Any) -> ZoneInfo | None:
    """The zone that a person's traits name, unless it is none or the reader's own."""
    name = getattr(person, "traits", {}).get("timezone")
    if not isinstance(name, str) or name == timezone.get_current_timezone_name():
        return None
    return ZoneInfo(name) if name in ZONES else None


def _written(local: datetime, style: str) -> str:
    match style:
        case "time":
            return f"{local:%H:%M:%S}"
        case "day":
            return day_name(local)
        case "ago":
            return ago(local)
        case _:
            return f"{local:%Y-%m-%d %H:%M}"


@register.filter
def day_name(value: datetime) -> str:
    """Write the day, saying today and yesterday."""
    local = timezone.localtime(value).date()
    today = timezone.localtime(clock.now()).date()
    if local == today:
        return gettext("Today")
    if local == today - timedelta(days=1):
        return gettext("Yesterday")
    return formats.date_format(local, "DATE_FORMAT")


@register.filter
def ago(value: datetime | None) -> str:
    """Write how long ago an instant is, or how far ahead, in its largest unit."""
    if value is None:
        return "–"
    seconds = round((clock.now() - value).total_seconds())
    if abs(seconds) < 5:
        return gettext("now")
    words = gettext("in %(length)s") if seconds < 0 else gettext("%(length)s ago")
    return words % {"length": duration(abs(seconds))}


@register.filter
def duration(seconds: float) -> str:
    """Write about how long something takes or took: in the largest unit of which there are two."""
    unit = next((size for size in UNITS if seconds >= 2 * size), 1)
    return _counted(unit, int(seconds // unit))


def exact_duration(length: timedelta) -> str:
    """Write a length of time exactly: in the largest unit that divides it."""
    seconds = int(length.total_seconds())
    unit = next((size for size in UNITS if seconds and seconds % size == 0), 1)
    return _counted(unit, seconds // unit)


def _counted(unit: int, n: int) -> str:
    match unit:
        case 86_400:
            text = ngettext("%(n)s day", "%(n)s days", n)
        case 3_600:
            text = ngettext("%(n)s hour", "%(n)s hours", n)
        case 60:
            text = ngettext("%(n)s minute", "%(n)s minutes", n)
        case _:
            text = ngettext("%(n)s second", "%(n)s seconds", n)
    return text % {"n": n}


@register.filter(name="spoken")
def spoken_text(text: str) -> str:
    """Write what a pure room said in the reader's language."""
    return spoken(text)


@register.simple_tag
def once() -> SafeString:
    """Write the field that lets a form be carried out once, however often it is sent."""
    return format_html('<input type="hidden" name="{}" value="{}">', KEY, fresh_key())


@register.filter
def mask(value: Any) -> str:
    """Write an address, number or name so that its owner is recognised and nobody else learns it."""
    return masked(value) if value else "–"


@register.filter
def private(value: Any, name: str) -> str:
    """Write the value of the trait or property `name`, masked where it is a personal detail."""
    return plain(shown(name, value))


@register.filter
def short_id(value: UUID | str) -> str:
    """Write the end of an identifier: enough to tell two apart on a page (time-ordered ones start alike)."""
    return str(value)[-8:]


@register.filter
def plain(value: Any) -> str:
    """Write a JSON value as a person would say it: text without quotes, lists with commas."""
    match value:
        case None:
            return "–"
        case True | False:
            return gettext("yes") if value else gettext("no")
        case list() | tuple():
            return ", ".join(plain(item) for item in value)[:SHOWN]
        case dict():
            return ", ".join(f"{name}: {plain(item)}" for name, item in value.items())[:SHOWN]
        case _:
            return str(value)[:SHOWN]


@register.filter
def pretty(value: Any) -> str:
    """Write a JSON value indented, for the eye of somebody who looks for a detail."""
    return json_module.dumps(value, ensure_ascii=False, indent=2, default=str)


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """Write this page's query string with some parameters changed; an empty value takes one out."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        parameters.pop(name, None)
        if value not in (None, ""):
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"
