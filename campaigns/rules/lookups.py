"""Reads about rules for those who look: the list with its firings, one rule, what it matched."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.utils.translation import ngettext

from campaigns.rules.models import Firing, HeldBack, Rule

RECENT: Final = timedelta(days=1)


def rules(workspace_id: int, *, since: datetime) -> QuerySet[Rule]:
    """Return the workspace's rules, each with `fired` (matches since then) and `last_fired`."""
    recent = Count("firings", filter=Q(firings__fired_at__gte=since))
    listed = Rule.objects.filter(workspace_id=workspace_id).select_related("live")
    return listed.annotate(fired=recent, last_fired=Max("firings__fired_at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """How often a rule matched lately, and when last."""

    recent: int
    last: datetime | None


def matches_of(rule_ids: Sequence[int], *, now: datetime) -> dict[int, Matches]:
    """Return, by id, how often each rule matched in the last day and when last."""
    lately = Firing.objects.filter(rule_id__in=rule_ids, fired_at__gte=now - RECENT).order_by()
    counts = dict(lately.values_list("rule_id").annotate(n=Count("pk")))
    newest = Firing.objects.filter(rule=OuterRef("pk")).order_by("-id").values("fired_at")[:1]
    lasts = Rule.objects.filter(pk__in=rule_ids).values_list("pk", Subquery(newest))
    return {pk: Matches(recent=counts.get(pk, 0), last=last) for pk, last in lasts}


def then_of(definition: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what a rule does as a page shows it; of a decision table, how many rows it has."""
    if rows := definition.get("rows"):
        return [{ngettext("%(n)s row", "%(n)s rows", len(rows)) % {"n": f"{len(rows):,}"}: ""}]
    return list(definition.get("then", []))


def find_rule(workspace_id: int, key: str) -> Rule | None:
    """Return one rule, None if there is none with this key."""
    return Rule.objects.filter(workspace_id=workspace_id, key=key).select_related("live").first()


def firings_of_rule(rule: Rule) -> QuerySet[Firing]:
    """Return what a rule matched; order and bounds are the caller's."""
    return Firing.objects.filter(rule=rule).select_related("version")


def firings_by_day(rule: Rule, *, since: datetime) -> dict[tuple[date, str], int]:
    """Return how often a rule matched on each day (of the active zone), live and in the shadow."""
    recent = Firing.objects.filter(rule=rule, fired_at__gte=since).annotate(day=TruncDate("fired_at"))
    rows = recent.values_list("day", "mode").annotate(n=Count("pk")).order_by()
    return {(day, mode): n for day, mode, n in rows}


def firings_of_person(workspace_id: int, person_id: UUID) -> QuerySet[Firing]:
    """Return what matched for a person, each with its rule and version; order and bounds are the caller's."""
    mine = Firing.objects.filter(workspace_id=workspace_id, person_id=person_id)
    return mine.select_related("rule", "version")


def last_published(workspace_id: int) -> datetime | None:
    """Return when a rule was last published."""
    found: datetime | None = Rule.objects.filter(workspace_id=workspace_id).aggregate(at=Max("live__created_at"))["at"]
    return found


def latest_matches(workspace_id: int, *, most: int = 1000) -> list[tuple[UUID, datetime]]:
    """Return the events of the latest matches, each with the instant at which its rule matched."""
    found = Firing.objects.filter(workspace_id=workspace_id).order_by("-id")
    return list(found.values_list("event_id", "fired_at")[:most])


def rule_names(workspace_id: int) -> dict[str, str]:
    """Return the names of the workspace's rules by key."""
    return dict(Rule.objects.filter(workspace_id=workspace_id).values_list("key", "name"))


def rule_keys(rule_ids: Iterable[int | None]) -> dict[int, str]:
    """Return the keys of rules by id."""
    return dict(Rule.objects.filter(pk__in={pk for pk in rule_ids if pk}).values_list("pk", "key"))


def rules_called(workspace_id: int, text: str) -> list[int]:
    """Return the ids of the rules in whose key or name the text stands."""
    called = Q(key__icontains=text) | Q(name__icontains=text)
    return list(Rule.objects.filter(called, workspace_id=workspace_id).values_list("pk", flat=True))


def held_back(
    rule_ids: Iterable[int], event_ids: Iterable[UUID], people: Iterable[UUID]
) -> dict[tuple[int, UUID], HeldBack]:
    """Return, by rule and event, the matches that are known to have been held back."""
    rows = HeldBack.objects.filter(rule_id__in=list(rule_ids), person_id__in=set(people), event_id__in=list(event_ids))
    return {(row.rule_id, row.event_id): row for row in rows}
