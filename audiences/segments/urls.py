"""Where the segments' API lives."""

from django.urls import URLPattern, URLResolver, path

from audiences.segments import api, jobs_api, members_api, versions_api
from audiences.segments.previews import api as previews

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/segments", api.Segments.as_view(), name="segments"),
    path("v1/segments/preview", previews.PreviewSegment.as_view(), name="segment-preview"),
    path("v1/segments/count", jobs_api.Count.as_view(), name="segment-count"),
    path("v1/segments/<str:key>", api.OneSegment.as_view(), name="segment"),
    path("v1/segments/<str:key>/members", members_api.Members.as_view(), name="segment-members"),
    path("v1/segments/<str:key>/recompute", jobs_api.Recompute.as_view(), name="segment-recompute"),
    path("v1/segments/<str:key>/export", jobs_api.Export.as_view(), name="segment-export"),
    path("v1/segments/<str:key>/versions", versions_api.Versions.as_view(), name="segment-versions"),
    path("v1/segments/<str:key>/versions/<int:number>", versions_api.OneVersion.as_view(), name="segment-version"),
    path("v1/segments/<str:key>/restore", versions_api.Restore.as_view(), name="segment-restore"),
    path("v1/segments/<str:key>/used-by", versions_api.UsedBy.as_view(), name="segment-used-by"),
    path("v1/segments/<str:key>/compare", versions_api.Compare.as_view(), name="segment-compare"),
]
