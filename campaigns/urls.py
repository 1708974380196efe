"""The pages and API of campaigns: each room adds its own."""

from django.urls import URLPattern, URLResolver, path

from campaigns.overview import views as overview

urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview.home, name="home"),
]
