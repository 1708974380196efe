"""The API of computed traits."""

from django.urls import URLPattern, URLResolver, path

from audiences.computed.api import ComputedTraits, OneComputedTrait

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/computed-traits", ComputedTraits.as_view()),
    path("v1/computed-traits/<str:key>", OneComputedTrait.as_view()),
]
