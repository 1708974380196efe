"""Every scenario file of the project holds."""

from pathlib import Path

import pytest

from campaigns.scenario.runner import run_document
from campaigns.scenario.yaml12 import documents

FILES = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


@pytest.mark.django_db
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_scenario_holds(file):
    for raw in documents(file.read_text(encoding="utf-8")):
        result = run_document(raw, file=file.name)
        assert result.passed, result.as_json()


def test_there_are_scenarios_for_every_rule_of_the_spine():
    names = {file.stem.split("-")[0] for file in FILES}
    assert {
        "e1",
        "e2",
        "e3",
        "e4",
        "e5",
        "e6",
        "x1",
        "x2",
        "w1",
        "w2",
        "w7",
        "t2",
        "s1",
        "s2",
        "s5",
        "i1",
        "i2",
    } <= names
    assert len(FILES) >= 20
