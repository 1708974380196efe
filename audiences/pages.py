"""Where the console's pages of audiences live."""

from django.urls import URLPattern, path, re_path

from audiences.builder import views as builder
from audiences.identity import views as identity
from audiences.imports import views as imports
from audiences.intake import views as intake
from audiences.people import views as people
from audiences.profile import views as profile
from audiences.segments import editing, live
from audiences.segments import views as segments

urlpatterns: list[URLPattern] = [
    path("people/", people.people, name="people"),
    path("people/<uuid:person_id>/", profile.person, name="person"),
    path("people/<uuid:person_id>/json/", profile.raw, name="person-json"),
    path("people/<uuid:person_id>/note/", profile.note, name="person-note"),
    path("people/<uuid:person_id>/unmask/", profile.unmask, name="person-unmask"),
    path("people/<uuid:person_id>/contact/", profile.contact, name="person-contact"),
    path("people/<uuid:person_id>/merges/", identity.merges, name="person-merges"),
    path("identity/", identity.claims, name="identity-claims"),
    path("identity/claims/<int:claim_id>/decide/", identity.decide, name="identity-decide"),
    path("identity/merge/", identity.merge, name="identity-merge"),
    path("identity/merge/now/", identity.merge_now, name="identity-merge-now"),
    path("segments/", segments.segments, name="segment-list"),
    path("segments/new/", editing.new, name="segment-new"),
    path("segments/new/live/<slug:part>/", live.live, name="segment-live"),
    path("segments/new/exact/<uuid:job_id>/", live.exact, name="segment-exact"),
    path("segments/<str:key>/edit/", editing.edit, name="segment-edit"),
    path("segments/<str:key>/", segments.segment, name="segment-page"),
    path("segments/<str:key>/members/", segments.members, name="segment-members-page"),
    path("segments/<str:key>/versions/", segments.versions, name="segment-history-page"),
    path("segments/<str:key>/versions/<int:number>/restore/", segments.put_back, name="segment-use-again"),
    path("segments/<str:key>/uses/", segments.uses, name="segment-uses"),
    path("segments/<str:key>/trail/", segments.trail, name="segment-trail"),
    path("segments/<str:key>/archive/", segments.put_away, name="segment-archive"),
    path("segments/<str:key>/unarchive/", segments.bring_back, name="segment-unarchive"),
    path("segments/<str:key>/export/", segments.export, name="segment-export-page"),
    path("segments/<str:key>/growth/", segments.segment_growth, name="segment-growth"),
    re_path(
        r"^conditions/(?P<place>segment|event)/(?P<prefix>[a-z][a-z0-9]{0,20})/$", builder.conditions, name="conditions"
    ),
    path("refused/", intake.refused, name="refused"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.new, name="import-new"),
    path("imports/upload/", imports.upload, name="import-upload"),
    path("imports/<uuid:import_id>/", imports.one, name="import"),
    path("imports/<uuid:import_id>/change/", imports.change, name="import-change"),
    path("imports/<uuid:import_id>/refused/", imports.refused, name="import-refused"),
]
