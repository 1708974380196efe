"""Where each app's pages and API live, and what an unknown address answers."""

from django.urls import URLPattern, URLResolver, include, path

from config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("compliance.urls")),
    path("", include("audiences.urls")),
    path("", include("content.urls")),
    path("", include("campaigns.urls")),
]
handler404 = "config.kit.api.not_found"
handler500 = "config.health.failure"
