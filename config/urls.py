"""Where each app's pages and API live, and what an unknown address answers."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("compliance.urls")),
    path("", include("audiences.urls")),
    path("", include("content.urls")),
    path("", include("campaigns.urls")),
]
handler404 = "config.kit.api.not_found"
handler500 = "config.kit.api.server_error"
