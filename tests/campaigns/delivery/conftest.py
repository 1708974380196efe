"""A world and a channel that reaches nobody."""

from collections.abc import Iterator

import pytest

from campaigns.delivery.channels.null import NullChannel
from campaigns.delivery.channels.registry import in_place
from tests.campaigns.delivery.world import World, world


@pytest.fixture
def brand(db) -> World:
    return world()


@pytest.fixture
def nobody() -> Iterator[NullChannel]:
    channel = NullChannel("email")
    with in_place({"email": channel}):
        yield channel
