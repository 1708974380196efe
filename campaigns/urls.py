"""The pages and API of campaigns: each room adds its own."""

from django.urls import URLPattern, URLResolver, path

from campaigns.overview import api as overview_api
from campaigns.overview import views as overview

urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview.home, name="home"),
    path("v1/summary", overview_api.Summary.as_view()),
    path("v1/summary/waiting", overview_api.Waiting.as_view()),
]
