"""The API of identity."""

from django.urls import URLPattern, URLResolver, path

from audiences.identity.api import Claims, Merges, OneClaim, Preview

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/identity/merges", Merges.as_view()),
    path("v1/identity/merges/preview", Preview.as_view()),
    path("v1/identity/claims", Claims.as_view()),
    path("v1/identity/claims/<int:claim_id>", OneClaim.as_view()),
]
