"""Where the public calls live, by their full names and by the short ones that browser libraries use."""

from django.urls import URLPattern, URLResolver, path

from audiences.intake.api import CALLS

urlpatterns: list[URLPattern | URLResolver] = [
    *(path(f"v1/{name}", view.as_view(), name=name) for name, (view, _) in CALLS.items()),
    *(path(f"v1/{short}", view.as_view(), name=f"{name}-short") for name, (view, short) in CALLS.items()),
]
