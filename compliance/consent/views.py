"""The pages behind the links in messages: no log-in, no cookie; reading changes nothing, posting does (RFC 8058)."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from compliance.access.models import Workspace
from compliance.consent import directory
from compliance.consent.consents import GRANTED, WITHDRAWN, Change, consents_of, store
from compliance.consent.links import Subscription, read_token
from config.kit import clock

ONE_CLICK: Final = "One-Click"


@csrf_exempt
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Show the way out on GET; take it on POST, whether by a mail program's one click or by the page's button."""
    subscription = _current(token)
    if subscription is None:
        return _page(request, "invalid", status=404)
    if request.method in ("GET", "HEAD"):
        return _page(request, "ask", subscription, token=token)
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    if request.POST.get("List-Unsubscribe") != ONE_CLICK:
        return _page(request, "invalid", status=400)
    _decide(subscription, WITHDRAWN, source="unsubscribe link")
    return _page(request, "done", subscription, token=token)


@csrf_exempt
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the person decided; a posted `purpose` and `state` change one decision."""
    subscription = _current(token)
    if subscription is None:
        return _page(request, "invalid", status=404)
    if request.method == "POST":
        state = request.POST.get("state", "")
        if state not in (GRANTED, WITHDRAWN):
            return _page(request, "invalid", status=400)
        _decide(subscription, state, source="preference page")
    elif request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    return _page(request, "preferences", subscription, token=token)


def _current(token: str) -> Subscription | None:
    """What the link is about, for whoever the person is today."""
    read = read_token(token)
    if read is None or not Workspace.objects.filter(pk=read.workspace_id).exists():
        return None
    person_id = directory.heir(read.workspace_id, read.person_id)
    return Subscription(workspace_id=read.workspace_id, person_id=person_id, channel=read.channel, purpose=read.purpose)


def _decide(subscription: Subscription, state: str, *, source: str) -> None:
    now = clock.now()
    change = Change(
        person_id=subscription.person_id,
        channel=subscription.channel,
        purpose=subscription.purpose,
        state=state,
        source=source,
        changed_at=now,
    )
    store(subscription.workspace_id, [change], now=now)


def _page(
    request: HttpRequest, shown: str, subscription: Subscription | None = None, *, token: str = "", status: int = 200
) -> HttpResponse:
    """Render in the reader's own language, as their browser names it: they have no account that could say."""
    language = translation.get_language_from_request(request)
    context: dict[str, Any] = {"shown": shown, "token": token, "subscription": subscription}
    if subscription:
        context["brand"] = Workspace.objects.get(pk=subscription.workspace_id).name
        decided = consents_of(subscription.workspace_id, subscription.person_id)
        own = decided.filter(channel=subscription.channel, purpose=subscription.purpose).first()
        context["granted"] = own is not None and own.state == GRANTED
    with translation.override(language):
        response = render(request, "compliance/consent/page.html", context | {"language": language}, status=status)
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
