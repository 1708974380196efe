"""Where the console's pages of audiences live."""

from django.urls import URLPattern, path

from audiences.identity import views as identity
from audiences.intake import views as intake
from audiences.people import views as people
from audiences.segments import views as segments

urlpatterns: list[URLPattern] = [
    path("people/", people.people, name="people"),
    path("people/<uuid:person_id>/", people.person, name="person"),
    path("people/<uuid:person_id>/merges/", identity.merges, name="person-merges"),
    path("identity/", identity.claims, name="identity-claims"),
    path("identity/claims/<int:claim_id>/decide/", identity.decide, name="identity-decide"),
    path("identity/merge/", identity.merge, name="identity-merge"),
    path("identity/merge/now/", identity.merge_now, name="identity-merge-now"),
    path("segments/", segments.segments, name="segment-list"),
    path("segments/<str:key>/", segments.segment, name="segment-page"),
    path("segments/<str:key>/growth/", segments.segment_growth, name="segment-growth"),
    path("refused/", intake.refused, name="refused"),
]
