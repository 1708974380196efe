"""A world whose clock stands at noon, and a channel that reaches nobody."""

import pytest

from campaigns.delivery.channels.null import NullChannel
from campaigns.delivery.channels.registry import in_place
from tests.campaigns.flows.world import World, world


@pytest.fixture
def brand(db) -> World:
    return world()


@pytest.fixture(autouse=True)
def nobody():
    channel = NullChannel("email")
    with in_place({"email": channel}):
        yield channel
