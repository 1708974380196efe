"""A workspace at noon."""

import pytest

from config.kit import clock
from tests import factories
from tests.factories import NOON


@pytest.fixture
def workspace():
    return factories.workspace()


@pytest.fixture(autouse=True)
def _noon():
    with clock.at(NOON):
        yield
