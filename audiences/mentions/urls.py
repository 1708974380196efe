"""The API of mentions."""

from django.urls import URLPattern, URLResolver, path

from audiences.mentions import api

urlpatterns: list[URLPattern | URLResolver] = [path("v1/mentions", api.Mentions.as_view())]
