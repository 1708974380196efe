"""Where each app's pages and API live, and what an unknown address answers."""

from typing import Any

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from config import csp_reports, health
from config.kit import favicon, reference

OPEN: dict[str, Any] = {"authentication_classes": [], "permission_classes": []}

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("favicon.ico", favicon.favicon, name="favicon"),
    path("csp-report", csp_reports.report, name="csp-report"),
    path("readyz", health.readyz, name="readyz"),
    path("api/docs", reference.docs, name="api-docs"),
    path("api/schema", SpectacularAPIView.as_view(**OPEN), name="api-schema"),
    path("", include("config.styleguide.urls")),
    path("", include("compliance.urls")),
    path("", include("audiences.urls")),
    path("", include("content.urls")),
    path("", include("campaigns.urls")),
]
handler404 = "config.kit.api.not_found"
handler500 = "config.health.failure"
