"""Reads about rules for those who look: the list with its firings, one rule, what it matched."""

from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import TruncDate

from campaigns.rules.models import Firing, Rule


def rules(workspace_id: int, *, since: datetime) -> QuerySet[Rule]:
    """Return the workspace's rules, each with `fired` (matches since then) and `last_fired`."""
    recent = Count("firings", filter=Q(firings__fired_at__gte=since))
    listed = Rule.objects.filter(workspace_id=workspace_id).select_related("live")
    return listed.annotate(fired=recent, last_fired=Max("firings__fired_at"))


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


def rule_names(workspace_id: int) -> dict[str, str]:
    """Return the names of the workspace's rules by key."""
    return dict(Rule.objects.filter(workspace_id=workspace_id).values_list("key", "name"))
