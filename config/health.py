"""Tells a load balancer, an operator and a visitor how the servers are that we stand on."""

import sys
from http import HTTPStatus

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from config.celery import app
from config.embedded.postgres import State, ping
from config.kit.api import API_PATHS, problem_http, server_error

AWAY = "The database cannot be reached at the moment. Nothing that was accepted is lost. Try again shortly."
RECOVERING = "The database is recovering after a restart. Nothing that was accepted is lost. Try again shortly."


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that this process answers; it needs neither database nor broker for that."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Say whether requests can be served. Without its broker the product is slower by a second, but it works."""
    database = database_state()
    body = {"database": str(database), "broker": "ready" if broker_answers() else "away"}
    ready = database is State.READY
    body["status"] = ("ready" if body["broker"] == "ready" else "degraded") if ready else str(database)
    return JsonResponse(body, status=HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE)


def database_state() -> State:
    """Ask the database server without a log-in: it also answers while it recovers."""
    named = connection.get_connection_params()
    given = {word: named[word] for word in ("host", "port", "user", "dbname") if named.get(word)}
    return ping(psycopg.conninfo.make_conninfo("", connect_timeout=2, **given))


def broker_answers() -> bool:
    """Whether the broker takes a connection within a second."""
    options = {"socket_timeout": 1, "socket_connect_timeout": 1} if settings.BROKER_URL.startswith("redis") else {}
    try:
        with app.connection_for_read(connect_timeout=1, transport_options=options) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=1)
    except connection_errors():
        return False
    return True


def connection_errors() -> tuple[type[BaseException], ...]:
    with app.connection_for_read() as connection:
        return (OSError, *connection.connection_errors)


def failure(request: HttpRequest) -> HttpResponse:
    """Answer an unexpected error: 503 with a word of comfort if it is the database that is away, else 500."""
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return server_error(request)
    words = RECOVERING if database_state() is State.RECOVERING else AWAY
    if request.path.startswith(API_PATHS):
        answer = problem_http(request, status=HTTPStatus.SERVICE_UNAVAILABLE, detail=words)
    else:
        answer = HttpResponse(render_to_string("kit/away.html", {"words": words}), status=503)
    answer.headers["Retry-After"] = "1"
    return answer
