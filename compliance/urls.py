"""The pages and API of compliance: each room adds its own."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, path

from compliance.access import views as access
from compliance.audit import views as audit
from compliance.consent import api as consent
from compliance.consent import views as consent_pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", access.LogIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("preferences/", access.preferences_page, name="preferences"),
    path("workspace/", access.workspace, name="workspace"),
    path("audit/", audit.trail, name="audit"),
    path("v1/people/<path:user_id>/consent", consent.PersonConsent.as_view()),
    path("v1/consents/batch", consent.ConsentBatch.as_view()),
    path("v1/suppressions", consent.Suppressions.as_view()),
    path("unsubscribe/<str:token>", consent_pages.unsubscribe, name="consent-unsubscribe"),
    path("subscription/<str:token>", consent_pages.preferences, name="consent-preferences"),
]
