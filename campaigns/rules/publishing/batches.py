"""Publishes many rules at once: one gate, one transaction, all or none."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db.models import F

from campaigns.rules.form import RuleForm, parse_rule
from campaigns.rules.models import Rule, RuleVersion
from campaigns.rules.naming import faulty_references
from campaigns.rules.publishing import steps
from campaigns.rules.publishing.cases import run_cases
from campaigns.rules.publishing.checking import check_size, must_hold, trying, unchanged
from campaigns.rules.publishing.models import RuleCase
from campaigns.rules.publishing.policy import policy_of
from campaigns.rules.publishing.static import look_statically
from campaigns.rules.publishing.steps import Found, Step, timed
from campaigns.rules.publishing.storing import How, store
from config.kit.actors import Actor
from config.kit.errors import Conflict, InputRefused, Problem, refuse

MOST: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rules that are live together, and the steps that they took."""

    rules: tuple[Rule, ...]
    steps: tuple[Step, ...]


def publish_together(workspace_id: int, raws: Any, *, actor: Actor, now: datetime, note: str = "") -> Batch:
    """Make each definition the live version of its rule; one whose live version says the same adds nothing.

    Raises `InputRefused` with every problem of every rule, `Conflict` where a review is asked for.
    """
    if policy_of(workspace_id).review:
        raise Conflict("Rules of this workspace are published by another pair of eyes: submit them one by one.")
    read: list[RuleForm] = []
    found = [timed("form", partial(_read, raws, read))]
    must_hold(found)
    found.append(timed("references", partial(_refer, workspace_id, read)))
    must_hold(found)
    trial = trying(workspace_id, _changed(workspace_id, read))
    found.append(timed("static", partial(look_statically, workspace_id, read)))
    found.append(timed("cases", partial(_test, workspace_id, read)))
    found += [trial()]
    must_hold(found)
    how = How(action="rule.published", actor=actor, note=note)
    return Batch(rules=tuple(store(workspace_id, read, how, now=now)), steps=tuple(found))


def _read(raws: Any, read: list[RuleForm]) -> Found:
    if not isinstance(raws, list) or not 0 < len(raws) <= MOST:
        raise refuse("/rules", "is not a list of rules", f"send 1 to {MOST:,} rules at a time")
    problems = [problem for index, raw in enumerate(raws) for problem in _read_one(index, raw, read)]
    problems += [] if problems else _twice(read)
    if problems:
        raise InputRefused(problems)
    return steps.PASSED, f"{len(read)} rules can be read", (), {"rules": len(read)}


def _read_one(index: int, raw: Any, read: list[RuleForm]) -> Iterator[Problem]:
    try:
        check_size(raw)
        read.append(parse_rule(raw))
    except InputRefused as refused:
        yield from _under(f"/rules/{index}", refused.problems)


def _twice(read: Sequence[RuleForm]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, form in enumerate(read):
        if form.key in seen:
            yield Problem(path=f"/rules/{index}/key", message=f"{form.key!r} comes twice", hint="send each rule once")
        seen.add(form.key)


def _refer(workspace_id: int, read: Sequence[RuleForm]) -> Found:
    problems = faulty_references(workspace_id, read)
    found = [problem for index, own in problems.items() for problem in _under(f"/rules/{index}", own)]
    if found:
        return steps.FAILED, f"{len(found)} references lead nowhere", found, {}
    return steps.PASSED, "all that they refer to exists", (), {}


def _test(workspace_id: int, read: Sequence[RuleForm]) -> Found:
    """Run the shared cases: private ones hold up nobody in a batch."""
    places = {form.key: index for index, form in enumerate(read)}
    rows = RuleCase.objects.filter(workspace_id=workspace_id, private=False, rule__key__in=list(places))
    problems, count = [], 0
    for case in rows.select_related("rule"):
        index, count = places[case.rule.key], count + 1
        if read[index].is_timed:
            continue
        (result,) = run_cases(read[index], [case])
        if not result["passed"]:
            told = {"path": f"/rules/{index}/cases/{case.name}", "message": "the test case fails"}
            problems.append(Problem(**told, hint="change the rule, or the case if it is wrong"))
    if problems:
        return steps.FAILED, f"{len(problems)} of {count} test cases fail", problems, {"failed": len(problems)}
    return steps.PASSED, f"all {count} test cases pass", (), {"passed": count}


def _changed(workspace_id: int, read: Sequence[RuleForm]) -> list[RuleForm]:
    """Return the forms that match other events than their live versions do."""
    rows = RuleVersion.objects.filter(rule__workspace_id=workspace_id, rule__live_id=F("id"))
    known = rows.filter(rule__key__in=[form.key for form in read]).select_related("rule")
    live: Mapping[str, RuleVersion] = {version.rule.key: version for version in known}
    return [form for form in read if not unchanged(form, live.get(form.key))]


def _under(prefix: str, problems: Iterable[Problem]) -> list[Problem]:
    return [Problem(path=prefix + each.path, message=each.message, hint=each.hint) for each in problems]
