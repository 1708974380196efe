"""Where imports are made and read over the API."""

from django.urls import URLPattern, path

from audiences.imports import api

urlpatterns: list[URLPattern] = [
    path("v1/imports", api.Imports.as_view()),
    path("v1/imports/<uuid:import_id>", api.OneImport.as_view()),
    path("v1/imports/<uuid:import_id>/refused", api.RefusedRows.as_view()),
]
