"""What the tests of campaigns share."""

from collections.abc import Iterator

import pytest

from campaigns.rules.gate import in_this_process


@pytest.fixture
def gate_in_process() -> Iterator[None]:
    """Try rules without a process of their own, where the gate is not what a test is about."""
    with in_this_process():
        yield
