"""The pages and API of compliance: each room adds its own."""

from django.urls import URLPattern, URLResolver, path

from compliance.access import sessions, stream
from compliance.access import views as access
from compliance.audit import views as audit
from compliance.consent import api as consent
from compliance.consent import views as consent_pages
from compliance.desk import views as desk
from compliance.jobs import api as jobs
from compliance.jobs import views as job_pages
from compliance.privacy import views as privacy

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", access.LogIn.as_view(), name="login"),
    path("logout/", sessions.LogOut.as_view(), name="logout"),
    path("session/stay/", access.stay, name="session-stay"),
    path("preferences/", access.preferences_page, name="preferences"),
    path("console/stream", stream.stream, name="live-stream"),
    path("console/parts", stream.parts, name="live-parts"),
    path("workspace/", access.workspace, name="workspace"),
    path("audit/", audit.trail, name="audit"),
    path("privacy/", privacy.queue, name="privacy"),
    path("privacy/<int:request_id>/decide/", privacy.decide, name="privacy-decide"),
    path("people/<uuid:person_id>/privacy/", privacy.ask, name="privacy-ask"),
    path("jobs/", job_pages.jobs, name="jobs"),
    path("jobs/<uuid:job_id>/", job_pages.job, name="job"),
    path("jobs/<uuid:job_id>/cancel/", job_pages.cancel_job, name="job-cancel"),
    path("jobs/<uuid:job_id>/later/", job_pages.later, name="job-later"),
    path("jobs/<uuid:job_id>/file/", job_pages.job_file, name="job-file"),
    path("v1/jobs", jobs.Jobs.as_view()),
    path("v1/jobs/<uuid:job_id>", jobs.OneJob.as_view()),
    path("v1/jobs/<uuid:job_id>/cancel", jobs.Cancel.as_view()),
    path("v1/jobs/<uuid:job_id>/file", jobs.TakeFile.as_view()),
    path("desk/lists/<slug:name>/columns/", desk.columns, name="desk-columns"),
    path("desk/lists/<slug:name>/views/", desk.views, name="desk-views"),
    path("desk/lists/<slug:name>/do/", desk.bulk, name="desk-bulk"),
    path("desk/lists/<slug:name>/export/", desk.export, name="desk-export"),
    path("desk/views/<int:view_id>/", desk.view, name="desk-view"),
    path("v1/people/<path:user_id>/consent", consent.PersonConsent.as_view()),
    path("v1/consents/batch", consent.ConsentBatch.as_view()),
    path("v1/suppressions", consent.Suppressions.as_view()),
    path("unsubscribe/<str:token>", consent_pages.unsubscribe, name="consent-unsubscribe"),
    path("subscription/<str:token>", consent_pages.preferences, name="consent-preferences"),
]
