"""The icon of a tab that shows no page of ours."""

from django.contrib.staticfiles import finders
from django.templatetags.static import static


def test_the_address_that_browsers_guess_leads_to_the_icon(client):
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer["Location"]) == (302, static("kit/favicon.svg"))
    assert finders.find("kit/favicon.svg")
