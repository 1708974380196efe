"""A decision table is read with every fault named by row and column, and decides as its rows say, one by one."""

import json
from collections import Counter
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from campaigns.rules import trial
from campaigns.rules.compile import Clause
from campaigns.rules.form import parse_rule, row_condition, whole_condition
from campaigns.rules.form.table import HITS
from campaigns.rules.oracle import Interpreter
from campaigns.rules.program import Program
from campaigns.rules.samples import Situations
from campaigns.rules.tables.__main__ import schema_text
from campaigns.rules.tables.cells import TYPES
from campaigns.rules.tables.rules import as_rules, hits, verdict
from campaigns.rules.tables.schema import json_schema
from config.kit.errors import InputRefused
from tests.campaigns.rules.given import raw_rule
from tests.campaigns.rules.tables.made import COLUMNS, OUTPUTS, drawn, facts, raw_table, table

REFERENCE = Path(__file__).parents[4] / "docs" / "reference"
ROWS = (["> 100", "Rome", "big"], ["> 10", "-", "small"], ["-", "-", "-"])


def refused(raw):
    with pytest.raises(InputRefused) as caught:
        parse_rule(raw)
    return {problem.path: f"{problem.message}; {problem.hint}" for problem in caught.value.problems}


def taken(form, **properties):
    return [hit.row for hit in hits(form, facts(**properties)) if hit.taken]


def test_the_canonical_form_reads_as_itself_and_fits_the_schema():
    form = table(["  >=5 ", " Rome,Oslo", "big"], [5, None, "-"], hit="collect")
    assert [row["when"] for row in form.definition["rows"]] == [[">= 5", "Rome, Oslo"], ["5", "-"]]
    assert parse_rule(json.loads(json.dumps(form.definition))).definition == form.definition
    Draft202012Validator(json_schema()).validate(form.definition)


def test_the_schema_on_disk_is_current_and_the_page_names_every_type_and_policy():
    written = (REFERENCE / "table.schema.json").read_text(encoding="utf-8")
    assert written == schema_text(), "python -m campaigns.rules.tables docs/reference/table.schema.json"
    page = (REFERENCE / "tables.md").read_text(encoding="utf-8")
    assert [word for word in (*TYPES, *HITS) if word not in page] == []


def test_each_fault_names_its_row_and_its_column():
    raw = raw_table(["20..10", "> x", "big"], ["-", "-", "a b"], ["-", "-"], ["-", "-", {}])
    found = refused(raw)
    assert found["/rows/0/when/0"].startswith("row 1, amount: '20..10' holds nothing; write the smaller")
    assert found["/rows/0/when/1"].startswith("row 1, city: ")
    assert found["/rows/1/then/0"].startswith("row 2, Flow: 'a b' is not the key of a flow")
    assert found["/rows/2/when"] == "row 3: 1 cells; 2, one for each of: amount, city"
    assert "/rows/3/then/0" in found


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        ({"rows": []}, "/rows"),
        ({"rows": [{"when": ["-", "-"], "then": ["-"]}] * 2_001}, "/rows"),
        ({"columns": []}, "/columns"),
        ({"columns": [{"property": "a", "trait": "b"}]}, "/columns/0"),
        ({"columns": [{"property": "a", "type": "colour"}]}, "/columns/0/type"),
        ({"columns": [COLUMNS[0], COLUMNS[0]]}, "/columns/1/name"),
        ({"columns": [{"property": "a", "type": "date", "zone": "Mars"}]}, "/columns/0/zone"),
        ({"columns": [{"did": "buy", "within": "soon"}, COLUMNS[0]]}, "/columns/0"),
        ({"columns": [{"if": {"segment": 5}}, COLUMNS[0]]}, "/columns/0"),
        ({"outputs": [{"then": {"start_flow": "fixed"}}]}, "/outputs/0/then"),
        ({"outputs": "x"}, "/outputs"),
        ({"hit": "any"}, "/hit"),
        ({"then": [{"start_flow": "x"}]}, "/then"),
        ({"rows": [{"when": ["-", "-"], "then": ["-"], "priority": "high"}], "hit": "priority"}, "/rows/0/priority"),
        ({"rows": [{"when": ["-", "-"], "then": ["-"], "colour": 1}]}, "/rows/0"),
    ],
)
def test_what_makes_no_table_is_refused_by_its_place(parts, path):
    assert path in refused({**raw_table(*ROWS), **parts})


def test_a_thousand_bad_rows_do_not_make_a_thousand_problems():
    assert len(refused(raw_table(*[["x", "-", "a"]] * 1_000))) == 201


def test_of_first_the_first_row_that_holds_is_taken_even_if_it_does_nothing():
    assert taken(table(*ROWS), amount=200, city="Rome") == [1]
    assert taken(table(*ROWS), amount=200, city="Oslo") == [2]
    assert taken(table(*reversed(ROWS)), amount=200, city="Rome") == [1]
    assert taken(table(*ROWS), amount=1) == [3]


def test_of_collect_all_rows_that_hold_are_taken_in_order():
    assert taken(table(*ROWS, hit="collect"), amount=200, city="Rome") == [1, 2, 3]


def test_of_priority_the_smallest_number_is_taken_and_of_equal_ones_the_first():
    rows = [
        {"when": ["-", "-"], "then": ["a"], "priority": 5},
        {"when": ["> 10", "-"], "then": ["b"], "priority": 1},
        {"when": ["> 20", "-"], "then": ["c"], "priority": 1},
    ]
    form = parse_rule({**raw_table(*ROWS), "rows": rows, "hit": "priority"})
    assert (taken(form, amount=50), taken(form, amount=5)) == ([2], [1])


def test_if_and_unless_stand_before_all_rows():
    guarded = table(*ROWS, unless={"property": "test", "is": "eq", "value": True})
    assert taken(guarded, amount=200, city="Rome", test=True) == []
    assert not whole_condition(guarded).judge(facts(amount=200, test=True)).held


def test_a_switch_is_an_action_that_a_row_takes_or_leaves():
    outputs = [*OUTPUTS, {"name": "Thanks", "type": "truth", "then": {"start_flow": "thanks"}}]
    rows = [{"when": ["-", "-"], "then": ["big", "yes"]}, {"when": ["-", "-"], "then": ["-", "no"]}]
    form = parse_rule({**raw_table(*ROWS), "outputs": outputs, "rows": rows})
    assert [[action.as_json() for action in row.actions] for row in form.table.rows] == [["big", "thanks"], []]


def test_an_event_that_no_row_takes_is_explained_by_the_rows_that_came_nearest():
    form = table(["> 100", "Rome", "a"], ["> 100", "Oslo", "b"], ["< 0", "-", "c"])
    told = verdict(form, facts(amount=200, city="Bonn"))
    assert (told.held, told.what, len(told.children)) == (False, "any", 3)
    assert [leaf.name for leaf in told.children[0].children if not leaf.held] == ["city"]


@pytest.mark.parametrize("hit", ["first", "collect", "priority"])
def test_the_rules_that_a_table_stands_for_do_what_it_does(hit):
    """The rules are judged by the engine; of an exclusion group the first by priority fires, of others all."""
    met: Counter[str] = Counter()
    for seed in range(15):
        form = drawn(seed, rows=12, hit=hit)
        forms = [read(each) for each in as_rules(form)]
        clauses = [Clause(id=at, on=each.on, condition=whole_condition(each)) for at, each in enumerate(forms)]
        program = Program(clauses)
        rows = [Clause(id=row.number, on=form.on, condition=row_condition(form, row)) for row in form.table.rows]
        for event, known in Situations(rows, seed=seed).draw(60):
            ordered = sorted(program.match(event, known), key=lambda at: forms[at].controls.priority)
            fired = ordered if hit == "collect" else ordered[:1]
            acted = list(dict.fromkeys(action for at in fired for action in forms[at].actions))
            chosen = form.table.chosen([each.row for each in hits(form, known)])
            assert acted == list(dict.fromkeys(action for row in chosen for action in row.actions))
            met[f"{len(acted)} actions"] += 1
        program.retire()
    assert len(met) > 1, met


def test_the_trial_before_publishing_tries_each_row_in_the_engine(monkeypatch):
    tried = []
    monkeypatch.setattr(trial, "Program", lambda clauses: tried.append(clauses) or Program(clauses))
    outcome = trial.try_rules([table(*ROWS).definition, raw_rule()], seed=1, count=50)
    assert outcome == {"tried": 50, "faults": 0, "disagreements": []}
    assert [clause.id for clause in tried[0]] == [0, 1, 2, 3]


def test_a_row_on_which_engine_and_interpreter_disagree_is_told_by_its_table(monkeypatch):
    monkeypatch.setattr(Program, "match", lambda self, event, facts: frozenset())
    outcome = trial.try_rules([table(*ROWS).definition], seed=1, count=5)
    assert [each["rules"] for each in outcome["disagreements"]] == [["discounts"]] * 3


def read(raw):
    """Read a rule; exclusion is resolved after the match, so the match does not need it."""
    return parse_rule({key: value for key, value in raw.items() if key != "exclusive"})


@pytest.mark.parametrize("hit", ["first", "collect", "priority"])
def test_rows_as_the_engine_judges_them_are_those_that_the_interpreter_judges(hit):
    for seed in range(15):
        form = drawn(seed, rows=40, hit=hit)
        clauses = [Clause(id=row.number, on=form.on, condition=row_condition(form, row)) for row in form.table.rows]
        program, interpreter = Program(clauses), Interpreter(clauses)
        for event, known in Situations(clauses, seed=seed).draw(60):
            matched = program.match(event, known)
            assert matched == interpreter.match(event, known) == {each.row for each in hits(form, known)}
        program.retire()
