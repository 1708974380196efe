"""The pages and API of content: each room adds its own."""

from django.urls import URLPattern, URLResolver, path

from content import pages
from content.library import api as library
from content.library import api_checks

urlpatterns: list[URLPattern | URLResolver] = [
    *pages.urlpatterns,
    path("v1/templates", library.Templates.as_view()),
    path("v1/templates/validate", api_checks.Validate.as_view(), name="template-validate"),
    path("v1/templates/<str:key>", library.OneTemplate.as_view()),
    path("v1/templates/<str:key>/versions", library.Versions.as_view()),
    path("v1/templates/<str:key>/preview", library.Preview.as_view()),
]
