"""Per-request facts: an id that logs and errors carry, and the user's language, zone and theme."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from config.kit.actors import SYSTEM, Actor, ActorKind, acting
from config.kit.zones import ZONES

Next = Callable[[HttpRequest], HttpResponse]
NOT_PAGES = ("/v1/", "/static/", "/api/schema")


class RequestIdMiddleware:
    """Gives each request an id (or takes a sane one from `X-Request-Id`) and returns it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request_id = given if given.isalnum() and len(given) <= 64 else uuid.uuid4().hex
        request.META["signalbox.request_id"] = request_id
        response = self.get_response(request)
        response.headers["X-Request-Id"] = request_id
        return response


class FreshPoolMiddleware:
    """After a 503 weeds out the pool's dead connections, so that a restarted database costs one request, not all."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE and (pool := getattr(connection, "pool", None)):
            connection.close()
            pool.check()
        return response


class ActorMiddleware:
    """Makes the signed-in user the actor of what the request does; an API key becomes it at its own door."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting(self._actor(request)):
            return self.get_response(request)

    def _actor(self, request: HttpRequest) -> Actor:
        request_id = str(request.META.get("signalbox.request_id", ""))
        if not request.path.startswith(NOT_PAGES) and request.user.is_authenticated:
            name = request.user.shown_name
            return Actor(kind=ActorKind.USER, id=str(request.user.pk), name=name, request_id=request_id)
        return replace(SYSTEM, request_id=request_id)


class PreferencesMiddleware:
    """Activates the language and zone that the user chose; they are settings, not guesses from a header."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(NOT_PAGES):
            return self.get_response(request)
        return self._with_preferences(request)

    def _with_preferences(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        language = getattr(user, "language", None) or request.COOKIES.get("language", "en")
        zone = getattr(user, "zone", None) or "UTC"
        language = language if language in ("en", "zh-hans") else "en"
        zone = zone if zone in ZONES else "UTC"
        with translation.override(language), timezone.override(zone):
            response = self.get_response(request)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response.render()
        response.headers.setdefault("Content-Language", language)
        return response
