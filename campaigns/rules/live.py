"""The rules that are live in a workspace, compiled once per process and swapped when they change."""

import logging
import os
import secrets
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db import connection
from django.db.models import F

from audiences.conditions import All, Condition, Facts, Needs, Verdict, evaluate
from campaigns.rules.compile import Clause
from campaigns.rules.engine import EngineFault
from campaigns.rules.form import RuleForm, parse_rule, row_condition, whole_condition
from campaigns.rules.form.aggregate import Aggregate
from campaigns.rules.form.controls import Controls
from campaigns.rules.form.deeds import Action, StartFlow
from campaigns.rules.form.waiting import Absent, Hold
from campaigns.rules.models import RuleVersion
from campaigns.rules.oracle import Interpreter
from campaigns.rules.program import Program
from campaigns.rules.tables.rules import verdict
from config.kit.errors import InputRefused

logger = logging.getLogger(__name__)
MOST_WORKSPACES: Final = 64
"""How many workspaces' programs a process keeps; the one that was used longest ago makes room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRule:
    """A rule version that events are judged by. `condition` includes what `unless` takes away."""

    version_id: int
    rule_id: int
    key: str
    number: int
    on: tuple[str, ...]
    condition: Condition
    needs: Needs
    actions: tuple[Action, ...]
    controls: Controls
    form: RuleForm | None = None
    """The definition of a decision table; None for other rules."""
    rows: tuple[int, ...] = ()
    """Which rows of a table an event took; none where it is not about one event."""
    aggregate: Aggregate | None = None
    absent: Absent | None = None
    hold: Hold | None = None

    def taking(self, numbers: Sequence[int]) -> "LiveRule":
        """Return a decision table as its rows decide about an event on which those with these numbers hold."""
        assert self.form is not None
        assert self.form.table is not None
        rows = self.form.table.chosen(numbers)
        conditions = tuple(row_condition(self.form, row) for row in rows)
        actions = dict.fromkeys(action for row in rows for action in row.actions)
        return replace(
            self,
            condition=conditions[0] if len(conditions) == 1 else All(children=conditions),
            actions=tuple(actions),
            rows=tuple(row.number for row in rows),
        )

    def judge(self, facts: Facts) -> Verdict:
        """Return whether the rule holds, leaf by leaf; of a table the rows that decide."""
        if self.form is None or self.rows:
            return evaluate(self.condition, facts)
        return verdict(self.form, facts)

    @property
    def mode(self) -> str:
        return self.controls.mode

    @property
    def flows(self) -> tuple[str, ...]:
        """The flows that it starts."""
        return tuple(action.flow for action in self.actions if isinstance(action, StartFlow))

    @property
    def is_timed(self) -> bool:
        """Whether it is judged by what is counted or waited for, and not on single events by the engine."""
        return self.aggregate is not None or self.absent is not None or self.hold is not None

    def judged_at(self, at: datetime) -> datetime:
        """Return as of when an event of that instant is judged: at once, or when what is awaited is overdue."""
        return at if self.absent is None else at + self.absent.within

    @property
    def clause(self) -> Clause:
        return Clause(id=self.version_id, on=self.on, condition=self.condition)


class RuleSet:
    """The live rules of a workspace at one stamp."""

    def __init__(self, rules: Iterable[LiveRule], *, stamp: int) -> None:
        self.stamp = stamp
        self.rules: Mapping[int, LiveRule] = {rule.version_id: rule for rule in rules}
        self.place_of: Mapping[int, int] = {version_id: place for place, version_id in enumerate(self.rules)}
        self._rows: dict[int, tuple[int, int]] = {}
        at_once = [rule for rule in self.rules.values() if not rule.is_timed]
        clauses = [clause for rule in at_once for clause in self._clauses(rule)]
        self.interpreter = Interpreter(clauses)
        self.program = _built(clauses)
        self.needs: Needs = reduce(or_, (rule.needs for rule in at_once), Needs())

    @property
    def matcher(self) -> Program | Interpreter:
        """What judges events: the program, or the interpreter where the library refuses to build one."""
        return self.program or self.interpreter

    def acting(self, matched: Iterable[int]) -> list[LiveRule]:
        """Return what matched, in the order in which it acts; a decision table as the rows that it takes."""
        held: dict[int, list[int]] = {}
        for clause_id in matched:
            version_id, row = self._rows.get(clause_id, (clause_id, 0))
            held.setdefault(version_id, []).append(row)
        return [
            self.rules[version_id] if held[version_id] == [0] else self.rules[version_id].taking(held[version_id])
            for version_id in sorted(held, key=self.place_of.__getitem__)
        ]

    def _clauses(self, rule: LiveRule) -> Sequence[Clause]:
        """Return what the engine judges: a rule, or each row of a table under a number (below 0) of its own."""
        if rule.form is None or rule.form.table is None:
            return [rule.clause]
        clauses = []
        for row in rule.form.table.rows:
            ident = -1 - len(self._rows)
            self._rows[ident] = rule.version_id, row.number
            clauses.append(Clause(id=ident, on=rule.on, condition=row_condition(rule.form, row)))
        return clauses

    def retire(self) -> None:
        """Give the library's memory back."""
        if self.program is not None:
            self.program.retire()


def _built(clauses: Sequence[Clause]) -> Program | None:
    try:
        return Program(clauses)
    except EngineFault:
        logger.exception("the rule engine cannot be built from %d rules; the interpreter stands in", len(clauses))
        return None


class _Kept(threading.local):
    """The rule sets of this thread of this process: the library's rulesets must not be shared between threads."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.sets: dict[int, RuleSet] = {}


_kept = _Kept()


def rule_set(workspace_id: int) -> RuleSet:
    """Return the workspace's live rules; one narrow query while they stay the same. Call it between batches."""
    if _kept.process != os.getpid():
        # forked: the parent's rulesets are left alone, not freed, since they are the parent's
        _kept.process, _kept.sets = os.getpid(), {}
    stamp = stamp_of(workspace_id)
    known = _kept.sets.pop(workspace_id, None)
    if known is not None and known.stamp != stamp:
        known.retire()
        known = None
    _kept.sets[workspace_id] = known or RuleSet(live_rules(workspace_id), stamp=stamp)
    if len(_kept.sets) > MOST_WORKSPACES:
        _kept.sets.pop(next(iter(_kept.sets))).retire()
    return _kept.sets[workspace_id]


def live_rules(workspace_id: int) -> list[LiveRule]:
    """Return the rules that are enabled and not off, in the order in which they act."""
    rows = RuleVersion.objects.select_related("rule").filter(
        rule__workspace_id=workspace_id, rule__live_id=F("id"), rule__enabled=True, rule__stopped_at=None
    )
    rules = [rule for row in rows.exclude(rule__mode="off") if (rule := read_version(row)) is not None]
    return sorted(rules, key=lambda rule: (rule.controls.priority, rule.rule_id))


def read_version(version: RuleVersion) -> LiveRule | None:
    """Return a stored version as it is judged; None, and an error in the log, if it can no longer be read."""
    try:
        form = parse_rule(version.definition)
    except InputRefused:
        logger.exception("version %s of rule %s cannot be read and is left out", version.number, version.rule_id)
        return None
    return rule_of(form, version)


def rule_of(form: RuleForm, version: RuleVersion | None = None) -> LiveRule:
    """Return a rule as it is judged; without a version it is a draft's, and its ids are 0."""
    condition = whole_condition(form)
    return LiveRule(
        version_id=version.pk if version else 0,
        rule_id=version.rule_id if version else 0,
        key=form.key,
        number=version.number if version else 0,
        on=form.on,
        condition=condition,
        needs=reduce(or_, (action.needs for action in form.actions), condition.needs()),
        actions=form.actions,
        controls=form.controls,
        form=form if form.table is not None else None,
        aggregate=form.aggregate,
        absent=form.absent,
        hold=form.hold,
    )


def renew_stamp(workspace_id: int) -> None:
    """Tell every worker, with the commit of the caller's transaction, that the workspace's rules have changed.

    The stamp is random, not counted, so that one which was rolled back never comes again for other rules.
    """
    with connection.cursor() as cursor:
        cursor.execute(RENEW, [workspace_id, secrets.randbits(62)])


def stamp_of(workspace_id: int) -> int:
    """Return the stamp of the workspace's rules, 0 if it never had any."""
    with connection.cursor() as cursor:
        cursor.execute("select stamp from campaigns_rulesetstamp where workspace_id = %s", [workspace_id])
        row: tuple[Any] | None = cursor.fetchone()
    return int(row[0]) if row else 0


RENEW: Final = """
insert into campaigns_rulesetstamp (workspace_id, stamp) values (%s, %s)
on conflict (workspace_id) do update set stamp = excluded.stamp
"""
