"""The pages and API of campaigns: each room adds its own."""

from django.urls import URLPattern, URLResolver, path

from campaigns import api as campaigns
from campaigns.overview import api as overview_api
from campaigns.overview import views as overview
from campaigns.rules import api as rules

urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview.home, name="home"),
    path("v1/summary", overview_api.Summary.as_view()),
    path("v1/summary/waiting", overview_api.Waiting.as_view()),
    path("v1/rules", rules.Rules.as_view()),
    path("v1/rules/<str:key>", rules.OneRule.as_view()),
    path("v1/rules/<str:key>/firings", rules.Firings.as_view()),
    path("v1/rules/<str:key>/why/<uuid:event_id>", rules.Why.as_view()),
    path("v1/parked-events", campaigns.ParkedEvents.as_view()),
    path("v1/parked-events/<int:parked_id>/replay", campaigns.Replay.as_view()),
]
