"""What the checks tell about a decision table's rows; nothing of it is contradicted by an event."""

from collections import Counter

import pytest

from campaigns.rules.compile import Clause
from campaigns.rules.form import row_condition
from campaigns.rules.lint.rows import check_rows
from campaigns.rules.samples import Situations
from campaigns.rules.tables.rules import hits
from tests.campaigns.rules.tables.made import drawn, facts, table


def told(form):
    return [(finding.kind, *finding.rows) for finding in check_rows(form)]


def test_a_table_with_a_last_row_for_everything_has_nothing_to_be_told():
    assert told(table(["> 10", "-", "a"], ["-", "Rome", "b"], ["-", "-", "c"])) == []


def test_a_row_that_earlier_ones_leave_nothing_is_told_with_them():
    form = table(["> 10", "-", "a"], ["<= 10", "-", "b"], [">= 0", "Rome", "a"], ["-", "-", "b"])
    assert told(form) == [("row_unreachable", 3, 1, 2)]


def test_an_outcome_that_only_an_unreachable_row_has_is_told():
    (_, lost) = check_rows(table(["-", "-", "a"], ["> 5", "-", "b"]))
    assert (lost.kind, lost.about) == ("outcome_unreachable", {"outcome": "Flow b"})


def test_a_row_that_contradicts_itself_is_told():
    columns = [{"name": name, "property": "amount", "type": "number"} for name in ("from", "to")]
    assert ("row_dead", 1) in told(table(["> 5", "< 3", "a"], ["-", "-", "a"], columns=columns))


def test_a_gap_is_shown_by_an_event_that_falls_into_it():
    (found,) = check_rows(table(["> 10", "-", "a"], ["< 10", "-", "b"]))
    assert (found.kind, found.witness) == ("gap", {"event": "buy", "properties": {"amount": 10}})


def test_without_a_gap_a_last_row_is_missed_for_values_of_another_type():
    (found,) = check_rows(table(["> 10", "-", "a"], ["<= 10", "-", "b"]))
    assert found.kind == "no_catch_all"


def test_rows_that_collect_the_same_twice_are_told():
    form = table(["> 10", "-", "a"], ["> 20", "-", "a"], ["> 20", "-", "b"], ["-", "-", "c"], hit="collect")
    assert told(form) == [("row_duplicate", 2, 1)]


def test_rows_of_one_priority_that_differ_are_told_with_an_event_on_which_both_hold():
    form = table(["> 10", "-", "a"], ["-", "Rome", "b"], ["-", "-", "b"], hit="priority")
    found = [each for each in check_rows(form) if each.kind == "row_overlap"]
    assert [each.rows for each in found] == [(2, 1), (3, 1)]
    assert found[0].witness == {"event": "buy", "properties": {"amount": 21, "city": "Rome"}}


@pytest.mark.parametrize("hit", ["first", "collect", "priority"])
def test_no_claim_about_a_generated_table_is_contradicted_by_an_event(hit):
    met: Counter[str] = Counter()
    for seed in range(20):
        form = drawn(seed, rows=10, hit=hit)
        found = list(check_rows(form))
        never = {each.rows[0] for each in found if each.kind in ("row_dead", "row_unreachable")}
        clauses = [Clause(id=row.number, on=form.on, condition=row_condition(form, row)) for row in form.table.rows]
        for _event, known in Situations(clauses, seed=seed).draw(150):
            assert not never & {each.row for each in hits(form, known) if each.taken}
        for each in found:
            met[each.kind] += 1
            if each.kind == "gap" and each.witness.keys() <= {"event", "properties"}:
                assert hits(form, facts(**each.witness.get("properties", {}))) == []
    assert met["gap"] > 0
    assert hit == "collect" or met["row_unreachable"] > 0
