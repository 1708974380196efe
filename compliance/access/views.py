"""Pages of the door: log in, log out, preferences, choice of the workspace."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from compliance.access import attempts, preferences
from compliance.access.console import ConsoleRequest, choose_workspace, enter_workspace
from compliance.access.models import User
from config.kit import clock
from config.kit.errors import InputRefused
from config.kit.pages import page, way_back


class LogIn(LoginView):
    """The log-in form; too many failures from one place make it wait."""

    template_name = "access/log_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Check the password, unless there were too many wrong ones."""
        if attempts.too_many(username=self._username(), address=_address(request), now=clock.now()):
            form = self.get_form()
            form.fields["password"].required = False
            return self.render_to_response(self.get_context_data(form=form, waiting=True), status=429)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Log in and forget the failures."""
        attempts.forgive(username=self._username(), address=_address(self.request))
        return super().form_valid(form)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Show the form again and remember the failure."""
        attempts.record_failure(username=self._username(), address=_address(self.request), now=clock.now())
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def _username(self) -> str:
        return self.request.POST.get("username", "")[:300]


@require_http_methods(["GET", "HEAD", "POST"])
def preferences_page(request: HttpRequest) -> HttpResponse:
    """Show the preferences, or store what one of the small forms or the page itself sent."""
    if request.method == "POST":
        return _store_preferences(request)
    if not request.user.is_authenticated:
        return redirect("login")
    member = cast("ConsoleRequest", request)
    if not enter_workspace(member):
        return page(request, "access/no_workspace.html", {}, status=403)
    return page(request, "access/preferences.html", {"zones": preferences.zones()})


def _store_preferences(request: HttpRequest) -> HttpResponse:
    try:
        values = preferences.chosen(request.POST.dict())
    except InputRefused as refusal:
        raise BadRequest(str(refusal)) from refusal
    response = HttpResponseRedirect(way_back(request, "/"))
    if not isinstance(request.user, User):
        preferences.keep_in_cookies(response, values)
        return response
    preferences.keep_for_user(request.user, values)
    if request.POST.get("say"):
        with override(request.user.language):
            messages.success(request, _("Your preferences are stored."))
    return response


@require_POST
@login_required
def workspace(request: ConsoleRequest) -> HttpResponse:
    """Work in another workspace from now on."""
    wanted = request.POST.get("workspace", "")
    if not wanted.isascii() or not wanted.isdigit():
        raise BadRequest("workspace is not a number")
    choose_workspace(request, int(wanted[:9]))
    return redirect("home")


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
