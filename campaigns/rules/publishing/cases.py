"""Stored tests of rules: an event and facts in, whether the rule must fire out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from audiences.conditions import Facts
from campaigns.rules.explain import first_failed
from campaigns.rules.form import RuleForm
from campaigns.rules.form.actions import as_json
from campaigns.rules.live import rule_of
from campaigns.rules.models import Rule
from campaigns.rules.publishing.given import read_case, situation
from campaigns.rules.publishing.models import RuleCase
from campaigns.rules.publishing.policy import identity
from campaigns.rules.tables.rules import hits
from compliance.audit import record
from config.kit.actors import Actor
from config.kit.errors import Conflict

MOST: Final = 500
"""Cases of one rule: they run on every save."""


def cases_of(rule: Rule, *, actor: Actor) -> QuerySet[RuleCase]:
    """Return the shared cases and the actor's own; order and bounds are the caller's."""
    return RuleCase.objects.filter(rule=rule).filter(Q(private=False) | Q(owner=identity(actor)))


def save_case(rule: Rule, raw: Any, *, actor: Actor, now: datetime, case_id: int | None = None) -> RuleCase:
    """Store a case, or change one; raises `InputRefused`, `Conflict` if its name is taken, `RuleCase.DoesNotExist`."""
    read = read_case(raw)
    try:
        with transaction.atomic():
            case = _fresh(rule, actor, now) if case_id is None else _mine(rule, case_id, actor)
            for name, value in read.items():
                setattr(case, name, value)
            case.updated_at = now
            case.save()
            _record("rule.case_saved", case, actor=actor, now=now)
    except IntegrityError:
        raise Conflict(f"You have a case of this rule with the name {read['name']!r} already.") from None
    return case


@transaction.atomic
def delete_case(rule: Rule, case_id: int, *, actor: Actor, now: datetime) -> None:
    """Forget a case; raises `RuleCase.DoesNotExist`."""
    case = _mine(rule, case_id, actor)
    _record("rule.case_deleted", case, actor=actor, now=now)
    case.delete()


def run_cases(form: RuleForm, cases: Sequence[RuleCase]) -> list[dict[str, Any]]:
    """Return, case by case, whether the rule does as expected, and where not the leaf that decided."""
    return [_run(form, case) for case in cases]


def _run(form: RuleForm, case: RuleCase) -> dict[str, Any]:
    event, facts = situation(case.event, case.facts)
    verdict = rule_of(form).judge(facts)
    fires = verdict.held and event.name in form.on
    rows = _rows(form, facts) if fires else []
    wrong = [] if fires is case.expect["fires"] else ["fires"]
    wrong += [name for name, got in (("then", _done(form, rows)), ("rows", rows)) if case.expect.get(name, got) != got]
    decided = first_failed(verdict)
    return {
        "id": case.pk,
        "name": case.name,
        "private": case.private,
        "passed": not wrong,
        "wrong": wrong,
        "fires": fires,
        "rows": rows,
        "expected": case.expect,
        "listens": event.name in form.on,
        "failed": decided.as_json() if decided else None,
    }


def _rows(form: RuleForm, facts: Facts) -> list[int]:
    """Return which rows of a decision table are taken."""
    return [hit.row for hit in hits(form, facts) if hit.taken] if form.table else []


def _done(form: RuleForm, rows: Sequence[int]) -> list[dict[str, Any]]:
    """Return what the rule does: of a decision table what the taken rows do."""
    if form.table is None:
        return as_json(form.actions)
    taken = dict.fromkeys(action for row in form.table.rows if row.number in rows for action in row.actions)
    return as_json(tuple(taken))


def _fresh(rule: Rule, actor: Actor, now: datetime) -> RuleCase:
    if RuleCase.objects.filter(rule=rule).count() >= MOST:
        raise Conflict(f"A rule has at most {MOST} test cases: delete some first.")
    made = {"owner": identity(actor), "owner_name": actor.name[:200], "created_at": now}
    return RuleCase(rule=rule, workspace_id=rule.workspace_id, **made)


def _mine(rule: Rule, case_id: int, actor: Actor) -> RuleCase:
    return cases_of(rule, actor=actor).select_for_update().get(pk=case_id)


def _record(action: str, case: RuleCase, *, actor: Actor, now: datetime) -> None:
    payload: Mapping[str, Any] = {"case": case.name, "private": case.private, "expect": case.expect}
    record(
        action,
        workspace_id=case.workspace_id,
        object_kind="rule",
        object_id=case.rule.key,
        payload=payload,
        actor=actor,
        at=now,
    )
