"""The list of what rules had done: which action for whom, how it went, and what was given up."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audiences.people.lookups import names_of
from campaigns.actions.labels import KINDS, STATES, reason_text
from campaigns.actions.outbox import Action
from campaigns.actions.parked import actions_of_rules, replay_action
from campaigns.rules.lookups import rule_keys, rules_called
from config.kit.lists import Action as Bulk
from config.kit.lists import Choice, Column, Dates, Doing, List, Nothing, Row, Scope, Text, register


def _source(scope: Scope) -> QuerySet[Action]:
    return actions_of_rules(scope.workspace_id)


def _dress(scope: Scope, rows: Sequence[Action]) -> list[Row]:
    names = names_of(scope.workspace_id, [action.person_id for action in rows])
    keys = rule_keys([action.rule_id for action in rows])
    return [
        {"action": action, "name": names.get(action.person_id, ""), "rule": keys.get(action.rule_id or 0, "")}
        for action in rows
    ]


def _given(payload: Mapping[str, Any]) -> str:
    """Return what an action acts on, in a word."""
    return next((str(payload[key]) for key in ("name", "trait", "label", "endpoint", "flow") if key in payload), "")


def _of_rule(rows: QuerySet[Action], text: str, scope: Scope) -> QuerySet[Action]:
    return rows.filter(rule_id__in=rules_called(scope.workspace_id, text))


def _replay(keys: Sequence[int], doing: Doing) -> int:
    parked = _source(doing.scope).filter(pk__in=keys, state=Action.State.PARKED).values_list("pk", flat=True)
    for key in parked:
        replay_action(doing.scope.workspace_id, key, actor=doing.actor, now=doing.now)
    return len(parked)


ACTIONS: Final = List(
    name="action",
    title=_("Actions of rules"),
    said=_("What rules had done. What failed too often was parked with its reason, and can be tried once more."),
    address=lambda _scope: reverse("actions"),
    source=_source,
    dress=_dress,
    order="-asked",
    counted=lambda n: ngettext("%(n)s action", "%(n)s actions", n) % {"n": f"{n:,}"},
    columns=(
        Column(
            key="asked",
            label=_("Asked"),
            value=lambda row: row["action"].created_at,
            sort="pk",
            style="ago",
            small=True,
        ),
        Column(
            key="rule",
            label=_("Rule"),
            value=lambda row: row["rule"] or "–",
            link=lambda row: reverse("rule", args=[row["rule"]]) if row["rule"] else "",
            small=True,
            width="fit",
        ),
        Column(
            key="kind",
            label=_("Action"),
            value=lambda row: KINDS.get(row["action"].kind, row["action"].kind),
            width="fit",
        ),
        Column(key="given", label=_("On"), value=lambda row: _given(row["action"].payload), style="code"),
        Column(
            key="person",
            label=_("Person"),
            value=lambda row: row["name"] or "–",
            link=lambda row: reverse("person", args=[row["action"].person_id]),
            width="clip",
        ),
        Column(key="state", label=_("State"), value=lambda row: STATES[row["action"].state], small=True, width="fit"),
        Column(
            key="reason",
            label=_("Reason"),
            value=lambda row: reason_text(row["action"].reason),
            small=True,
        ),
        Column(
            key="attempts", label=_("Failures"), value=lambda row: row["action"].attempts, numeric=True, shown=False
        ),
        Column(key="due", label=_("Due"), value=lambda row: row["action"].due_at, style="full", shown=False),
        Column(key="detail", label=_("Details"), value=lambda row: row["action"].detail, width="clip", shown=False),
    ),
    filters=(
        Text(key="rule", label=_("Rule"), narrow=_of_rule, main=True),
        Choice(
            key="state",
            label=_("State"),
            options=lambda _scope: [(word, label.text) for word, label in STATES.items()],
            field="state",
            many=True,
        ),
        Choice(key="kind", label=_("Action"), options=lambda _scope: list(KINDS.items()), field="kind", many=True),
        Dates(key="at", label=_("Asked"), field="created_at"),
    ),
    actions=(
        Bulk(
            key="replay",
            label=_("Try once more"),
            icon="refresh-cw",
            run=_replay,
            done=lambda n: (
                ngettext("%(n)s action is tried once more.", "%(n)s actions are tried once more.", n) % {"n": n}
            ),
        ),
    ),
    nothing=Nothing(
        icon="zap", title=_("No actions yet"), text=_("What a rule does when it fires appears here, with how it went.")
    ),
)
register(ACTIONS)
