"""Decision tables, judged by the engine and by the interpreter row by row, which must agree; and the static checks."""

import random
from collections.abc import Sequence
from time import process_time
from typing import Any

from audiences.conditions import EventFact, Facts
from campaigns.rules.compile import Clause
from campaigns.rules.form import RuleForm, parse_rule, row_condition
from campaigns.rules.lint import lint
from campaigns.rules.oracle import Interpreter
from campaigns.rules.program import Program
from tests.bench.kit import Line, Report, agree
from tests.bench.rules import CITIES, NOW, events, in_ours, rules


def run(report: Report, *, quick: bool = False) -> None:
    """Measure a table of a thousand rows, and the checks of a thousand rules."""
    rows_judged(report, rows=1_000, size=2_000 if quick else 100_000)
    made = rules(1_000)
    spread = [_rule(name, kind, limits) for name, kind, *limits in made]
    together = [_rule(name, "order", limits) for name, _, *limits in made]
    for what, forms in (("1,000 rules, 20 events", spread), ("1,000 rules, one event", together)):
        checked(report, what, forms)
    checked(report, "a table of 1,000 rows", [parse_rule(table_of(1_000))])


def _rule(name: str, kind: str, limits: Sequence[Any]) -> RuleForm:
    asked = in_ours(*limits)
    return parse_rule({"key": name, "on": [kind], "if": asked, "then": [{"start_flow": "thanks"}]})


def checked(report: Report, what: str, forms: Sequence[RuleForm]) -> None:
    """Measure the static checks over all of the rules, and over one of them among the others."""
    start = process_time()
    found = lint(forms)
    taken = process_time() - start
    start = process_time()
    lint(forms, looked_at=[forms[-1].key])
    report.add(
        Line(
            metric="static checks",
            workload=f"{what}, {len(found)} findings",
            value=f"{taken:.2f} CPU s, one draft {process_time() - start:.2f}",
            limit="2 s",
            ratio=taken,
            target=2.0,
            at_most=True,
        )
    )


def rows_judged(report: Report, *, rows: int, size: int) -> None:
    """Judge events by a decision table, and by the interpreter row by row: the same rows must hold."""
    form = parse_rule(table_of(rows))
    clauses = [Clause(id=row.number, on=form.on, condition=row_condition(form, row)) for row in form.table.rows]
    program, interpreter = Program(clauses), Interpreter(clauses)
    load = [EventFact(name="order", at=NOW, properties=event) for event in events(size, seed=5)]
    known = [Facts(now=NOW, traits={}, event=event) for event in load]
    start = process_time()
    found = [program.match(event, facts) for event, facts in zip(load, known, strict=True)]
    quick = size / (process_time() - start)
    start = process_time()
    agree(
        events=size,
        same=sum(interpreter.match(facts.event, facts) == one for facts, one in zip(known, found, strict=True)),
    )
    slow = size / (process_time() - start)
    program.retire()
    report.add(
        Line(
            metric="decision table vs the interpreter",
            workload=f"{rows:,} rows, {size:,} events, {sum(map(len, found)) / size:.2f} rows each, all equal",
            value=f"{quick:,.0f} events per CPU s",
            limit=f"{slow:,.0f}",
            ratio=quick / slow,
        )
    )


def table_of(rows: int) -> dict[str, Any]:
    """Return a table over amount, city and level."""
    chance = random.Random(rows)
    written = []
    for _ in range(rows):
        low = chance.randint(0, 950)
        when = [f"{low}..{low + 50}", chance.choice(CITIES), f">= {chance.randint(0, 10)}"]
        written.append({"when": when, "then": [f"flow-{chance.randint(0, 9)}"]})
    columns = [
        {"property": name, "type": kind} for name, kind in (("amount", "number"), ("city", "text"), ("level", "number"))
    ]
    outputs = [{"name": "Flow", "then": {"start_flow": "{cell}"}}]
    return {"key": "table", "on": ["order"], "columns": columns, "outputs": outputs, "rows": written}
