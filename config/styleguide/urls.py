"""Addresses of the style guide."""

from django.urls import URLPattern, path

from config.styleguide import views

urlpatterns: list[URLPattern] = [
    path("console/_styleguide/", views.contents, name="styleguide"),
    path("console/_styleguide/<slug:key>/", views.chapter, name="styleguide-chapter"),
]
