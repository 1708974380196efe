"""What the tests of campaigns share."""

import pytest

from campaigns.rules import define
from campaigns.rules.trial import try_rules


@pytest.fixture
def gate_in_process(monkeypatch):
    """Try rules without a process of their own, where the gate is not what a test is about."""

    def pass_gate(definition, *, beside):
        outcome = try_rules([definition, *beside], seed=1, count=30)
        assert not outcome["disagreements"]
        assert not outcome["faults"]

    monkeypatch.setattr(define, "pass_gate", pass_gate)
