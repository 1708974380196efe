"""The API of people."""

from django.urls import URLPattern, URLResolver, path

from audiences.people.api import OnePerson, People, TraitHistory

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/people", People.as_view()),
    path("v1/people/<path:user_id>/traits", TraitHistory.as_view()),
    path("v1/people/<path:user_id>", OnePerson.as_view()),
]
