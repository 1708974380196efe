"""The list of rules: how each is, what it listens to and how often it matched."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaigns.rules import lookups
from campaigns.rules.labels import MODES, label_of_rule
from campaigns.rules.limits_told import share_of, times_of
from campaigns.rules.models import Rule
from config.kit import clock
from config.kit.lists import Choice, Column, Dates, List, Nothing, Row, Scope, Text, register
from config.kit.lists.common import author_column, changed_column, name_filter, version_column


def _source(scope: Scope) -> QuerySet[Rule]:
    return Rule.objects.filter(workspace_id=scope.workspace_id).select_related("live")


def _dress(_scope: Scope, rows: Sequence[Rule]) -> list[Row]:
    matched = lookups.matches_of([rule.pk for rule in rows], now=clock.now())
    return [_row(rule, matched.get(rule.pk)) for rule in rows]


def _row(rule: Rule, matched: lookups.Matches | None) -> Row:
    definition: Mapping[str, Any] = rule.live.definition if rule.live else {}
    on = definition.get("on", [])
    return {
        "rule": rule,
        "live": rule.live,
        "on": [on] if isinstance(on, str) else list(on),
        "then": lookups.then_of(definition),
        "share": share_of(definition),
        "times": times_of(definition),
        "fired": matched.recent if matched else 0,
        "last": matched.last if matched else None,
    }


def _in_state(rows: QuerySet[Rule], states: list[str], _scope: Scope) -> QuerySet[Rule]:
    return rows.filter(pk__in=[rule.pk for rule in rows if MODES[label_of_rule(rule)] in states])


RULES: Final = List(
    name="rule",
    title=_("Rules"),
    said=_("Each arriving event is judged by the rules that listen to it."),
    address=lambda _scope: reverse("rules"),
    source=_source,
    dress=_dress,
    order="priority",
    counted=lambda n: ngettext("%(n)s rule", "%(n)s rules", n) % {"n": f"{n:,}"},
    columns=(
        Column(
            key="name",
            label=_("Name"),
            value=lambda row: row["rule"].name,
            link=lambda row: reverse("rule", args=[row["rule"].key]),
            sub=lambda row: row["rule"].key,
            sort="name",
            small=True,
            width="clip",
        ),
        Column(key="state", label=_("State"), value=lambda row: label_of_rule(row["rule"]), small=True, width="fit"),
        Column(
            key="priority", label=_("Priority"), value=lambda row: row["rule"].priority, sort="priority", numeric=True
        ),
        Column(key="on", label=_("Listens to"), value=lambda row: row["on"], style="code"),
        Column(key="then", label=_("Then"), value=lambda row: _plain(row["then"]), cell="rules/cells.html#then"),
        Column(key="rollout", label=_("Roll-out"), value=lambda row: row["share"] or "100 %", wide=True, width="fit"),
        Column(key="times", label=_("Schedule and end"), value=lambda row: row["times"], wide=True),
        Column(key="fired", label=_("Matches, 24 h"), value=lambda row: row["fired"], numeric=True, small=True),
        Column(key="last", label=_("Last match"), value=lambda row: row["last"], style="ago"),
        version_column(shown=False),
        author_column(shown=False),
        changed_column("rule", shown=False),
    ),
    filters=(
        name_filter(),
        Choice(
            key="state",
            label=_("State"),
            options=lambda _scope: [(word, label.text) for label, word in MODES.items()],
            narrow=_in_state,
            many=True,
        ),
        Text(key="on", label=_("Listens to"), field="live__definition__on"),
        Text(key="author", label=_("By"), field="live__author"),
        Dates(key="changed", label=_("Changed"), field="updated_at"),
    ),
    nothing=Nothing(
        icon="zap",
        title=_("No rules yet"),
        text=_("A rule listens to events and does something when its condition holds: it lets people enter a journey."),
        action=_("New rule"),
        url=lambda: reverse("rule-new"),
    ),
)
register(RULES)


def _plain(actions: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"{name} {_on(value)}" for action in actions for name, value in action.items()]


def _on(value: Any) -> Any:
    """Return what an action acts on, in a word."""
    named = value if isinstance(value, Mapping) else {"": value}
    return next((named[key] for key in ("", "event", "trait", "endpoint") if key in named), "")
