"""The pages and API of compliance: each room adds its own."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, path

from compliance.access import views as access

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", access.LogIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("preferences/", access.preferences_page, name="preferences"),
    path("workspace/", access.workspace, name="workspace"),
]
