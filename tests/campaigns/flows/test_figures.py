"""A journey's figures are queries over stored rows, and its page says what they are in words."""

from datetime import timedelta

import pytest

from campaigns.delivery.drain import drain
from campaigns.flows.figures import figures, pace
from campaigns.flows.wording import weekdays_text
from tests.campaigns.flows.world import DONE, MAIL, journey

WEEK = timedelta(days=7)


def test_figures_count_who_came_who_did_not_what_was_sent_and_how_it_ended(brand):
    flow = brand.live(journey(nodes={"mail": MAIL, "done": DONE}))
    for user in ("u1", "u2", "u2"):
        brand.event(user)
    drain(brand.now)
    found = figures(flow, now=brand.now + timedelta(seconds=1))
    assert (found.inside, found.entered, found.before, found.ended, found.converted) == (0, 2, 0, 2, 0)
    assert (found.sent, found.stopped) == (0, 2)  # nobody has consented
    assert [(each.text, each.n, each.share) for each in found.refusals] == [
        ("was in it before, and re-entry is not allowed", 1, 100)
    ]
    later = figures(flow, now=brand.now + WEEK + timedelta(seconds=1))
    assert (later.entered, later.before, later.ended, later.refusals) == (0, 2, 0, [])


def test_pace_tells_day_by_day_how_many_entered_this_journey_alone(brand):
    flow = brand.live(journey())
    brand.live(journey("other"))
    brand.event("u1")
    chart = pace(flow, now=brand.now)
    assert sum(chart.series[0].values) == 1
    assert chart.series[0].values[-1] == 1
    assert len(chart.labels) == 30


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([1, 2, 3, 4, 5], "Mon–Fri"),
        ([6, 7], "Sat, Sun"),
        ([5, 1, 2, 3, 7], "Mon–Wed, Fri, Sun"),
        ([3], "Wed"),
        ([], ""),
    ],
)
def test_three_weekdays_in_a_row_are_a_span(days, said):
    assert weekdays_text(days) == said
