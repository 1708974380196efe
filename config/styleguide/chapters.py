"""What the style guide has, in the order in which it is read."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Chapter:
    """One page: the key is its address and the name of its template."""

    key: str
    icon: str
    text: str | Promise
    said: str | Promise
    frame: bool = False


CHAPTERS: Final = (
    Chapter("basics", "layers", _("Basics"), _("Colours, type, buttons, badges, chips, keys")),
    Chapter("forms", "sliders-horizontal", _("Forms"), _("Every kind of field, choices, combobox")),
    Chapter("lists", "table", _("Lists"), _("Filters, saved views, table, pager, bulk bar")),
    Chapter("figures", "chart-column", _("Figures"), _("Cards, figures, bars, sparklines, charts with their tables")),
    Chapter("moving", "route", _("Finding one's way"), _("Page header, tabs, menus, command palette")),
    Chapter("messages", "bell", _("What the console says"), _("States, banners, toasts, progress, dialogs, drawers")),
    Chapter("stories", "history", _("Stories"), _("Timeline with reasons, outline, comparison")),
    Chapter("logic", "split", _("Logic"), _("Condition groups and decision tables")),
    Chapter("journeys", "workflow", _("Journey canvas"), _("Cards, ways, comparison, the view from afar")),
    Chapter("extremes", "flask-conical", _("Extremes"), _("Long names, right-to-left text, emoji, narrow places")),
    Chapter("t1-list", "table", _("T1 List"), _("Filters, table, pager, bulk bar"), frame=True),
    Chapter("t2-detail", "file-warning", _("T2 Detail"), _("Tabs, what happened, what is known"), frame=True),
    Chapter("t3-builder", "sliders-horizontal", _("T3 Builder"), _("The form and what it means now"), frame=True),
    Chapter("t4-canvas", "workflow", _("T4 Canvas"), _("A journey over the whole width"), frame=True),
    Chapter("t5-queue", "inbox", _("T5 Queue"), _("What waits, and the one at hand"), frame=True),
    Chapter("t6-explorer", "search", _("T6 Explorer"), _("A query, the log, one entry beside it"), frame=True),
    Chapter("t7-dashboard", "activity", _("T7 Dashboard"), _("Figures first, then their reasons"), frame=True),
    Chapter("t8-warroom", "siren", _("T8 War-room"), _("Severity, clocks, timeline, playbook, feed"), frame=True),
)
