"""The parts of a person's page that campaigns know: timeline, why and why not, journeys now, how often."""

from collections.abc import Container
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audiences.people.lookups import find_person, name_of
from campaigns.delivery.frequency.meter import meter
from campaigns.flows.lookups import find_flow, flow_names
from campaigns.overview.asking import message_answers, rule_answers
from campaigns.overview.eligibility import Question, Why, why_not
from campaigns.overview.explain import shown
from campaigns.overview.standing import DAYS, frequency, journeys_now
from campaigns.overview.story import FILTERS, Wanted, story
from compliance.access.console import ConsoleRequest, console_page
from config.kit import clock
from config.kit.channels import CHANNELS
from config.kit.pages import page

MOST_RULES: Final = 20
"""How many rules stand under "why" at first; a workspace may have hundreds that listen to the same event."""
FILTER_WORDS: Final = {
    "": _("All"),
    "events": _("Events"),
    "rules": _("Rules"),
    "flows": _("Journeys"),
    "messages": _("Messages"),
}


@console_page
def person_story(request: ConsoleRequest, person_id: UUID) -> HttpResponse:
    """Show a person's timeline: the part of their page, or a page of its own."""
    flows = {flow.key: flow for flow in flow_names(request.workspace.pk).values()}
    asked = {name: request.GET.get(name, "") for name in ("only", "channel", "journey")}
    known: dict[str, Container[str]] = {"only": FILTERS, "channel": CHANNELS, "journey": flows}
    asked = {name: value if value in known[name] else "" for name, value in asked.items()}
    journey = flows[asked["journey"]].pk if asked["journey"] else None
    wanted = Wanted(only=asked["only"], channel=asked["channel"], journey=journey)
    found = story(request.workspace.pk, person_id, wanted=wanted, cursor=request.GET.get("cursor", ""))
    context = {
        **_person(request, person_id),
        **asked,
        "narrowed": any(asked.values()),
        "filters": FILTER_WORDS.items(),
        "channels": CHANNELS.items(),
        "journeys": [(key, flow.name) for key, flow in flows.items()],
        "page": found,
        "entries": [shown(entry) for entry in found.rows],
    }
    return page(request, "overview/story.html", context, parts={"person-story": "story"})


@console_page
def person_why(request: ConsoleRequest, person_id: UUID) -> HttpResponse:
    """Answer why rules matched or did not, and why messages went out or not: part of the person's page, or a page."""
    most = None if "all" in request.GET else MOST_RULES
    rules, n = rule_answers(request.workspace.pk, person_id, now=clock.now(), most=most)
    context = {
        **_person(request, person_id),
        "rules": rules,
        "more_rules": n - len(rules),
        "messages_asked": message_answers(request.workspace.pk, person_id),
        **_asked(request, person_id),
    }
    return page(request, "overview/why.html", context, parts={"person-why": "why"})


@console_page
def person_now(request: ConsoleRequest, person_id: UUID) -> HttpResponse:
    """Show which journeys a person is in, where, since when, and when they go on."""
    context = _person(request, person_id)
    zone = str(context["person"].traits.get("timezone") or "")
    context["standings"] = journeys_now(request.workspace.pk, person_id, zone=zone)
    return page(request, "overview/now.html", context, parts={"person-now": "now"})


@console_page
def person_frequency(request: ConsoleRequest, person_id: UUID) -> HttpResponse:
    """Show how often each channel reached a person lately."""
    rows = frequency(request.workspace.pk, person_id, now=clock.now())
    about = _person(request, person_id)
    uses = meter(request.workspace.pk, person_id, about["person"].traits, now=clock.now())
    context = {**about, "rows": rows, "days": DAYS, "uses": uses}
    return page(request, "overview/frequency.html", context, parts={"person-frequency": "frequency"})


def _asked(request: ConsoleRequest, person_id: UUID) -> dict[str, Any]:
    """Answer "why not this journey by that day?", if it was asked."""
    flows = [(flow.key, flow.name) for flow in flow_names(request.workspace.pk).values()]
    key, until = request.GET.get("journey", ""), _end_of_day(request.GET.get("until", ""))
    found = find_flow(request.workspace.pk, key) if key else None
    reply: Why | None = None
    if found is not None:
        now = clock.now()
        reply = why_not(
            Question(workspace_id=request.workspace.pk, person_id=person_id, flow=found, until=min(until, now), now=now)
        )
    return {"journeys": flows, "journey": key, "until": timezone.localtime(until).date().isoformat(), "reply": reply}


def _end_of_day(text: str) -> datetime:
    """Read a day and return its end in the reader's zone; today's for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = timezone.localtime(clock.now()).date()
    return timezone.make_aware(datetime.combine(day, time.min)) + timedelta(days=1) - timedelta(microseconds=1)


def _person(request: ConsoleRequest, person_id: UUID) -> dict[str, Any]:
    person = find_person(request.workspace.pk, person_id)
    if person is None:
        raise Http404
    return {"person": person, "name": name_of(person)}
