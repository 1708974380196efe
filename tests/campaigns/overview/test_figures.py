"""The home page's course of a window adds up to its figures, slot by slot."""

from datetime import timedelta

import pytest

from campaigns.overview.figures import course, window
from tests.console.shop import open_shop
from tests.factories import NOON

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("length", "slots"), [(timedelta(days=1), 25), (timedelta(days=7), 8)])
def test_the_course_adds_up_to_the_figures_of_its_window(length, slots):
    shop = open_shop(NOON)
    span = {"since": NOON + SECOND - length, "until": NOON + SECOND}
    found, figures = course(shop.workspace.pk, **span), window(shop.workspace.pk, **span)
    assert len(found.sent) == len(found.stopped) == slots
    assert (sum(found.sent), sum(found.stopped)) == (figures.sent, figures.stopped)
    assert figures.sent == 1
    assert set(found.lines) == {"sent", "stopped"}


def test_where_nothing_was_sent_there_is_no_line():
    shop = open_shop(NOON)
    quiet = course(shop.workspace.pk, since=NOON - timedelta(days=9), until=NOON - timedelta(days=2))
    assert quiet.lines == {}
