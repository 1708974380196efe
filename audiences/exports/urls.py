"""The API of exports. They stand before the addresses of people, which end in anybody's user id."""

from django.urls import URLPattern, URLResolver, path

from audiences.exports.api import ExportEvents, ExportPeople

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/people/export", ExportPeople.as_view()),
    path("v1/events/export", ExportEvents.as_view()),
]
