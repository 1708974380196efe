"""Where the segments' API lives."""

from django.urls import URLPattern, URLResolver, path

from audiences.segments import api
from audiences.segments.previews import api as previews

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/segments", api.Segments.as_view(), name="segments"),
    path("v1/segments/preview", previews.PreviewSegment.as_view(), name="segment-preview"),
    path("v1/segments/<str:key>", api.OneSegment.as_view(), name="segment"),
    path("v1/segments/<str:key>/members", api.Members.as_view(), name="segment-members"),
]
