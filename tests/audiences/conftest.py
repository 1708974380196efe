"""What the tests of audiences share."""

import pytest

from tests import factories
from tests.audiences.sender import Sender, basic


@pytest.fixture
def sender(db) -> Sender:
    """A client library with a write key of a new workspace."""
    workspace = factories.workspace()
    return Sender(workspace, basic(factories.api_key(workspace)))
