"""What the tests of the way to be live share."""

import pytest

from tests import factories
from tests.campaigns.rules import given


@pytest.fixture
def workspace(db):
    made = factories.workspace()
    given.flow(made)
    return made
