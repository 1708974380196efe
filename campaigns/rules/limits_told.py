"""Tells what steers a rule in words: its group, cool-down, limits, schedule, end and roll-out."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from audiences.conditions.instants import instant


def limits_of(definition: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what is said of it, as pairs of a heading and a text."""
    return list(_limits(definition))


def times_of(definition: Mapping[str, Any]) -> str:
    """Return when a rule runs and until when, in one line; nothing if it always does."""
    schedule, expires = definition.get("schedule"), definition.get("expires")
    parts = [_schedule(schedule)] if schedule else []
    return "; ".join([*parts, *([_("until %(time)s") % {"time": _at(expires)}] if expires else [])])


def share_of(definition: Mapping[str, Any]) -> str:
    """Return for how many of the people a rule is rolled out; nothing if for all."""
    share = definition.get("rollout")
    return "" if share in (None, 100) else f"{share:g} %"


def _limits(definition: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if group := definition.get("exclusive"):
        yield _("Exclusive"), _("only the first of the group %(group)s fires on an event") % {"group": group}
    if cooldown := definition.get("cooldown"):
        yield _("Cool-down"), _("%(time)s for each person") % {"time": cooldown}
    if limit := definition.get("max_firings"):
        yield _("At most"), _limit(limit)
    if schedule := definition.get("schedule"):
        yield _("Only"), _schedule(schedule)
    if expires := definition.get("expires"):
        yield _("Ends"), _at(expires)
    if (share := definition.get("rollout")) is not None:
        yield _("Roll-out"), _("%(share)s %% of people") % {"share": share}


def _limit(limit: Mapping[str, Any]) -> str:
    parts = []
    if (n := limit.get("per_subject")) is not None:
        parts.append(_("%(n)s for each person") % {"n": f"{n:,}"})
    if (n := limit.get("in_all")) is not None:
        parts.append(_("%(n)s in all") % {"n": f"{n:,}"})
    text = ", ".join(parts)
    return _("%(counts)s within %(time)s") % {"counts": text, "time": limit["per"]} if "per" in limit else text


def _schedule(schedule: Mapping[str, Any]) -> str:
    parts = []
    if "from" in schedule:
        parts.append(_("from %(time)s") % {"time": _at(schedule["from"])})
    if "until" in schedule:
        parts.append(_("until %(time)s") % {"time": _at(schedule["until"])})
    if "weekdays" in schedule:
        names = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
        parts.append(", ".join(names[day - 1] for day in schedule["weekdays"]))
    if window := schedule.get("window"):
        parts.append(f"{window['from']}–{window['to']}")
    zone = schedule.get("zone", "workspace")
    return "; ".join(parts) + (f" ({zone})" if zone != "workspace" else "")


def _at(text: str) -> str:
    """Return an instant in the reader's zone, to the minute."""
    found = instant(text)
    return f"{timezone.localtime(found):%Y-%m-%d %H:%M}" if found else text
