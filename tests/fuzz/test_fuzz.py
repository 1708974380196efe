"""The fuzzer compares what it says, and notices when two readings differ."""

import pytest

from campaigns.rules.program import Program
from tests.fuzz import worker
from tests.fuzz.__main__ import Totals

pytestmark = pytest.mark.django_db


def test_a_round_compares_all_readings_without_a_difference():
    told = worker.one_round(7)
    assert "difference" not in told
    assert min(told["compared"].values()) > 0
    assert {"conditions in SQL, engine and interpreter", "matches", "row judgements"} <= told["compared"].keys()


def test_an_engine_that_answers_wrongly_is_told_with_its_seed(monkeypatch, capsys):
    monkeypatch.setattr(Program, "match", lambda self, event, facts: frozenset({0}))
    told = worker.one_round(7)
    totals = Totals()
    totals.add(told)
    assert "AssertionError" in told["difference"]
    assert totals.wrong[0].startswith("seed 7: ")
    assert "1 differences" in totals.text(1)
    assert "seed 7" in capsys.readouterr().out
