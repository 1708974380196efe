"""Pages about rules: the list, and one rule with its condition and what it matched."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from audiences.people.lookups import names_of
from audiences.wording import condition_line, verdict_line
from campaigns.rules import lookups
from campaigns.rules.labels import label_of_rule
from campaigns.rules.limits_told import limits_of
from campaigns.rules.lists import RULES
from campaigns.rules.models import Firing, Rule
from campaigns.rules.stopping import release_rule, stop_rule
from compliance.access.console import ConsoleRequest, actor_of, console_change, console_page
from compliance.access.forms import submit
from compliance.desk.lists import list_page
from config.kit import clock
from config.kit.charts import Chart, Series, days_before
from config.kit.pages import page
from config.kit.paging import CursorPage
from config.kit.templatetags.kit import plain

NEWEST_FIRST: Final = CursorPage("-id")
PACE_DAYS: Final = 14


@console_page
def rules(request: ConsoleRequest) -> HttpResponse:
    """List the rules, those that decide first on top."""
    return list_page(request, RULES, template="rules/list.html")


@console_page
def rule(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show one rule, and its matches with the verdict leaf by leaf."""
    found = lookups.find_rule(request.workspace.pk, key)
    if found is None:
        raise Http404
    firings = NEWEST_FIRST.page(lookups.firings_of_rule(found), request.GET)
    names = names_of(request.workspace.pk, [firing.person_id for firing in firings.rows])
    context = {
        "rule": found,
        "label": label_of_rule(found),
        "limits": limits_of(found.live.definition if found.live else {}),
        **asked(found),
        "rows": [_row(firing, names.get(firing.person_id, "")) for firing in firings.rows],
        "page": firings,
    }
    return page(request, "rules/rule.html", context, parts={"rule-firings": "firings"})


@console_change
def rule_stop(request: ConsoleRequest, key: str) -> HttpResponse:
    """Stop a rule at once, or release it."""
    found = lookups.find_rule(request.workspace.pk, key)
    if found is None:
        raise Http404
    actor, now = actor_of(request), clock.now()
    if found.stopped_at is not None:
        act, said = partial(release_rule, found, actor=actor, now=now), _("“%(name)s” goes on.")
    else:
        reason = request.POST.get("reason", "")
        act = partial(stop_rule, found, reason=reason, actor=actor, now=now)
        said = _("“%(name)s” is stopped: it does nothing any more, and what waited is not done.")
    return submit(request, act, to=reverse("rule", args=[key]), said=said % {"name": found.name})


@console_page
def rule_pace(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show how often a rule matched day by day: part of its page, or a page."""
    found = lookups.find_rule(request.workspace.pk, key)
    if found is None:
        raise Http404
    context = {"rule": found, "chart": _pace(found, now=clock.now())}
    return page(request, "rules/pace.html", context, parts={"rule-pace": "pace"})


def _pace(rule: Rule, *, now: datetime) -> Chart:
    days = days_before(now, PACE_DAYS)
    counts = lookups.firings_by_day(rule, since=now - timedelta(days=PACE_DAYS))
    modes = {"live": _("Matches"), "shadow": _("In the shadow")}
    shown = [mode for mode in modes if mode == "live" or any(found == mode for _day, found in counts)]
    return Chart(
        id="rule-pace-chart",
        title=_("Matches per day, last %(n)s days") % {"n": PACE_DAYS},
        said=_("%(n)s in all.") % {"n": f"{sum(counts.values()):,}"},
        of=_("Day"),
        kind="stack",
        labels=[f"{day:%m-%d}" for day in days],
        series=[Series(name=modes[mode], values=[counts.get((day, mode), 0) for day in days]) for mode in shown],
    )


def asked(rule: Rule) -> dict[str, Any]:
    """Return the parts of a rule's live version as they are shown."""
    definition = rule.live.definition if rule.live else {}
    conditions = {name: condition_line(definition[part]) for part, name in PARTS if definition.get(part)}
    on = definition.get("on", [])
    return {"on": [on] if isinstance(on, str) else on, "then": lookups.then_of(definition), **conditions}


PARTS: Final = (("if", "condition"), ("unless", "exception"))


def _row(firing: Firing, name: str) -> dict[str, Any]:
    lines = [verdict_line(firing.verdict)] if firing.verdict else []
    return {"firing": firing, "name": name, "lines": lines, "group": _group(firing)}


def _group(firing: Firing) -> str | None:
    """Return what an aggregate rule fired about, None where it was a person."""
    group = firing.facts.get("group")
    return None if group is None else ", ".join(str(plain(value)) for value in group.values()) or _("all events")
