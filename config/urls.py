"""Where each app's pages and API live."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("compliance.urls")),
    path("", include("audiences.urls")),
    path("", include("content.urls")),
    path("", include("campaigns.urls")),
]
