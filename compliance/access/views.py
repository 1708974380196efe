"""Pages of the door: log in, log out, preferences, choice of the workspace."""

from collections.abc import Mapping, Sequence
from typing import cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from compliance.access import attempts, preferences
from compliance.access.console import ConsoleRequest, choose_workspace, enter_workspace, to_log_in
from compliance.access.forms import submit
from compliance.access.models import User
from compliance.access.sessions import SEEN, note
from config.kit import clock
from config.kit.errors import InputRefused, Problem
from config.kit.forms import REV, Form, check_rev, rev_of
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
        now = clock.now()
        attempts.forgive(username=self._username(), address=_address(self.request))
        answer = super().form_valid(form)
        self.request.session[SEEN] = int(now.timestamp())
        note("began", form.get_user(), at=now)
        return answer

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Show the form again and remember the failure."""
        now = clock.now()
        attempts.record_failure(username=self._username(), address=_address(self.request), now=now)
        if known := User.objects.filter(username=self._username()).first():
            note("refused", known, at=now)
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def _username(self) -> str:
        return self.request.POST.get("username", "")[:300]


@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Take a sign of life: the session goes on, or there is none any more."""
    return HttpResponse(status=204 if request.user.is_authenticated else 401)


@require_http_methods(["GET", "HEAD", "POST"])
def preferences_page(request: HttpRequest) -> HttpResponse:
    """Show the preferences, or store what one of the small forms or the page itself sent."""
    if request.method == "POST":
        return _edit_preferences(request) if REV in request.POST else _store_preferences(request)
    if not request.user.is_authenticated:
        return redirect("login")
    member = cast("ConsoleRequest", request)
    if not enter_workspace(member):
        return page(request, "access/no_workspace.html", {}, status=403)
    return _preferences_form(member, preferences.of(member.user))


def _preferences_form(
    request: HttpRequest, values: Mapping[str, str], *, problems: Sequence[Problem] = (), rev: str = ""
) -> HttpResponse:
    form = Form(id="preferences", values=values, problems=problems, rev=rev or rev_of(values))
    context = {"form": form, "zones": preferences.zones()}
    parts = {"preferences": "form"}
    return page(request, "access/preferences.html", context, parts=parts, status=422 if problems else 200)


def _edit_preferences(request: HttpRequest) -> HttpResponse:
    """Store what the page's own form says, unless another window has changed the preferences meanwhile."""
    user, sent, now = request.user, request.POST, clock.now()
    if not isinstance(user, User):
        return to_log_in(request)

    def act() -> None:
        with transaction.atomic():
            stored = User.objects.select_for_update().get(pk=user.pk)
            by = _("You, in another window,")
            check_rev(sent, current=preferences.of(stored), by=by, at=stored.preferences_at)
            preferences.keep_for_user(user, preferences.chosen(sent.dict()), now=now)

    def again(problems: Sequence[Problem]) -> HttpResponse:
        if not enter_workspace(cast("ConsoleRequest", request)):
            return page(request, "access/no_workspace.html", {}, status=403)
        return _preferences_form(request, sent.dict(), problems=problems, rev=sent[REV])

    def said() -> str:
        with override(user.language):
            return _("Your preferences are stored.")

    return submit(request, act, again=again, to=reverse("preferences"), said=said, labels=preferences.labels())


def _store_preferences(request: HttpRequest) -> HttpResponse:
    """Store what one of the small forms of the frame says."""
    try:
        values = preferences.chosen(request.POST.dict())
    except InputRefused as refusal:
        raise BadRequest(str(refusal)) from refusal
    response = HttpResponseRedirect(way_back(request, "/"))
    if isinstance(request.user, User):
        preferences.keep_for_user(request.user, values, now=clock.now())
    else:
        preferences.keep_in_cookies(response, values)
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
