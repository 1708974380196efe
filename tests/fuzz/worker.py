"""Compares round after round, each by its seed; one line of JSON per round, and a word from outside for the next."""

import json
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from typing import Any

import django

django.setup()  # before the models below can be imported

from django.core.management import call_command  # noqa: E402

from audiences.conditions import Place  # noqa: E402
from campaigns.rules.compile import Clause  # noqa: E402
from campaigns.rules.form import RuleForm, parse_rule, row_condition, whole_condition  # noqa: E402
from campaigns.rules.oracle import Interpreter  # noqa: E402
from campaigns.rules.program import Program  # noqa: E402
from campaigns.rules.samples import Situations  # noqa: E402
from campaigns.rules.tables.rules import hits  # noqa: E402
from tests.agreement.cases import EVENTS, Cases  # noqa: E402
from tests.agreement.test_the_whole_language import CONDITIONS, PEOPLE, Block  # noqa: E402
from tests.campaigns.rules.lint.drawing import Rules  # noqa: E402
from tests.campaigns.rules.lint.test_sound import claims  # noqa: E402
from tests.campaigns.rules.tables.made import drawn  # noqa: E402

SITUATIONS = 150
Compared = Counter[str]


def everywhere(seed: int) -> Compared:
    """People and events in PostgreSQL: the interpreter, its quick form, the SQL and the engine."""
    block = Block()
    block.round(seed)
    return Counter({"conditions in SQL, engine and interpreter": 2 * CONDITIONS, "people": PEOPLE})


def by_rules(seed: int) -> Compared:
    """Many rules at once, on events at the edges of their conditions: the engine and the interpreter."""
    cases = Cases(seed)
    count = cases.random.randint(1, 69)
    raw = [
        {"key": f"c{at}", "on": cases.random.sample(EVENTS, 2), "if": each, "then": [{"start_flow": "x"}]}
        for at, each in enumerate(cases.conditions(count, Place.EVENT))
    ]
    return _engine([parse_rule(each) for each in (*raw, *Rules(seed).draw(30))], seed)


def _engine(forms: list[RuleForm], seed: int) -> Compared:
    clauses = [Clause(id=at, on=form.on, condition=whole_condition(form)) for at, form in enumerate(forms)]
    program, interpreter = Program(clauses), Interpreter(clauses)
    matches = 0
    try:
        for event, facts in Situations(clauses, seed=seed).draw(SITUATIONS):
            found, right = program.match(event, facts), interpreter.match(event, facts)
            wrong = [forms[at].definition for at in found ^ right]
            assert not wrong, json.dumps({"rules": wrong, "event": repr(event), "facts": repr(facts)}, default=str)
            matches += len(right)
        assert not program.faults, "the engine reported faults"
    finally:
        program.retire()
    return Counter({"rules": len(forms), "rule judgements": len(forms) * SITUATIONS, "matches": matches})


def by_rows(seed: int) -> Compared:
    """Decision tables: the engine, the interpreter, and the table row by row."""
    form = drawn(seed, rows=40, hit=("first", "collect", "priority")[seed % 3])
    clauses = [Clause(id=row.number, on=form.on, condition=row_condition(form, row)) for row in form.table.rows]
    program = Program(clauses)
    try:
        for event, facts in Situations(clauses, seed=seed).draw(SITUATIONS):
            assert program.match(event, facts) == {each.row for each in hits(form, facts)}, (form.definition, event)
    finally:
        program.retire()
    return Counter({"rows": len(clauses), "row judgements": len(clauses) * SITUATIONS})


def by_checks(seed: int) -> Compared:
    """What the static checks claim, on generated events."""
    found = claims([parse_rule(raw) for raw in Rules(seed).draw(25)], seed=seed, count=SITUATIONS)
    return Counter({"claims of the checks": sum(found.values())})


KINDS: tuple[Callable[[int], Compared], ...] = (everywhere, by_rules, by_rows, by_checks)


def one_round(seed: int) -> dict[str, Any]:
    """Return what was compared by a seed, and the first difference."""
    compared: Compared = Counter()
    try:
        for kind in KINDS:
            compared += kind(seed)
    except Exception as fault:
        told = traceback.format_exception(fault)[-1].strip()
        return {"seed": seed, "compared": compared, "difference": f"{type(fault).__name__}: {told[:3000]}"}
    return {"seed": seed, "compared": compared}


def main() -> None:
    call_command("migrate", verbosity=0)
    seed = int(sys.argv[1])
    while True:
        print(json.dumps(one_round(seed)), flush=True)
        seed += 1
        if not sys.stdin.readline():
            return


if __name__ == "__main__":
    main()
