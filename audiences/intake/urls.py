"""Where events come in, by each call's full name and the short one of browser libraries, and are read back."""

from django.urls import URLPattern, URLResolver, path

from audiences.intake import listing_api
from audiences.intake.api import CALLS

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/events", listing_api.Events.as_view()),
    path("v1/refusals", listing_api.Refusals.as_view()),
    *(path(f"v1/{name}", view.as_view(), name=name) for name, (view, _) in CALLS.items()),
    *(path(f"v1/{short}", view.as_view(), name=f"{name}-short") for name, (view, short) in CALLS.items()),
]
