"""`/v1/journeys` and `/v1/runs`: defining and switching flows, asking for runs, and following them."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.flows import api_forms as forms
from campaigns.flows.counts import counts_of
from campaigns.flows.definitions import define, pause, publish, resume, stop
from campaigns.flows.engine.shape import Shape
from campaigns.flows.models import EntryDecision, Flow, Run
from campaigns.flows.requests import request_run
from campaigns.rules.publishing.policy import policy_of
from compliance.access.authentication import key_of
from compliance.consent import directory
from config.kit import clock
from config.kit.actors import current_actor
from config.kit.api import CursorPage, missing
from config.kit.errors import Conflict, InputRefused, refuse

PAGING: Final = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]
REVIEWED: Final = (
    "This workspace asks for review: open the journey in the console, hand its draft in, "
    "and let somebody else approve it."
)
SWITCHES: Final = {"pause": pause, "resume": resume, "stop": stop}


class Journeys(APIView):
    """The journeys of the workspace."""

    scope: ClassVar = {"GET": "journeys:read", "POST": "journeys:write"}

    @extend_schema(operation_id="journeys_list", tags=["journeys"], parameters=PAGING, responses=forms.JourneyList)
    def get(self, request: Request) -> Response:
        """Return the journeys in the order of their keys."""
        rows = Flow.objects.filter(workspace_id=key_of(request).workspace_id, kind="journey").select_related("live")
        page = CursorPage("key").page(rows, request.query_params)
        return Response({"data": forms.journeys_json(page.rows), "next": page.next})

    @extend_schema(
        operation_id="journey_define",
        tags=["journeys"],
        request=forms.JourneyForm,
        responses={201: forms.JourneyShown},
        examples=[OpenApiExample("win back an abandoned cart", value=forms.EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Define a journey: a draft, or the next version of the one with its key. Publish it to let people in."""
        flow = define(key_of(request).workspace_id, request.data, actor=current_actor(), now=clock.now())
        return Response(forms.journey_json(flow), status=201)


class OneJourney(APIView):
    """One journey, by its key."""

    scope: ClassVar = {"GET": "journeys:read", "PUT": "journeys:write"}

    @extend_schema(operation_id="journey_get", tags=["journeys"], responses=forms.JourneyShown)
    def get(self, request: Request, key: str) -> Response:
        """Return the journey with its newest definition."""
        return Response(forms.journey_json(_flow(request, key)))

    @extend_schema(
        operation_id="journey_put",
        tags=["journeys"],
        request=forms.JourneyForm,
        responses=forms.JourneyShown,
        examples=[OpenApiExample("win back an abandoned cart", value=forms.EXAMPLE, request_only=True)],
    )
    def put(self, request: Request, key: str) -> Response:
        """Define the journey anew; people go on entering the published version until the new one is published."""
        raw = request.data
        if isinstance(raw, Mapping) and raw.get("key", key) != key:
            raise refuse("/key", f"the address says {key!r}", "leave the key out, or use the journey's own address")
        raw = {"key": key, **raw} if isinstance(raw, Mapping) else raw
        flow = define(key_of(request).workspace_id, raw, actor=current_actor(), now=clock.now())
        return Response(forms.journey_json(flow))


class Publish(APIView):
    """Letting people into a version."""

    scope: ClassVar = {"POST": "journeys:write"}

    @extend_schema(
        operation_id="journey_publish",
        tags=["journeys"],
        request=forms.PublishForm,
        responses=forms.JourneyShown,
        examples=[OpenApiExample("the newest version", value={}, request_only=True)],
    )
    def post(self, request: Request, key: str) -> Response:
        """Publish the newest version, or the one named. Runs under way stay on the version they began with.

        409 where the workspace asks for review: then a draft goes live once somebody else approves it in the console.
        """
        body = _body(request)
        body.only(["version"])
        number = body.raw.get("version")
        if number is not None and (type(number) is not int or not 0 < number < 1_000_000):
            body.fault("version", "version must be the number of a version", "leave it out for the newest")
        _accept(body)
        found = _flow(request, key)
        if policy_of(found.workspace_id).review:
            raise Conflict(REVIEWED)
        flow = publish(found, actor=current_actor(), now=clock.now(), number=number)
        return Response(forms.journey_json(flow))


class Switch(APIView):
    """Pausing, resuming and stopping."""

    scope: ClassVar = {"POST": "journeys:write"}

    @extend_schema(operation_id="journey_switch", tags=["journeys"], request=None, responses=forms.JourneyShown)
    def post(self, request: Request, key: str, verb: str) -> Response:
        """`pause` lets nobody in and holds messages, `resume` goes on, `stop` ends all runs."""
        flow = SWITCHES[verb](_flow(request, key), actor=current_actor(), now=clock.now())
        return Response(forms.journey_json(flow))


class Counts(APIView):
    """A journey in figures."""

    scope: ClassVar = {"GET": "journeys:read"}

    @extend_schema(operation_id="journey_counts", tags=["journeys"], responses=forms.CountsShown)
    def get(self, request: Request, key: str) -> Response:
        """Return how many runs are at each node now, how many came by, and how runs ended."""
        found = counts_of(_flow(request, key))
        nodes = {
            name: {"inside": found.inside.get(name, 0), "passed": found.passed.get(name, 0)}
            for name in sorted(found.inside.keys() | found.passed.keys())
        }
        return Response({"nodes": nodes, "ended": found.ended, "refused": found.refused})


class Refusals(APIView):
    """Why people did not enter."""

    scope: ClassVar = {"GET": "journeys:read"}

    @extend_schema(operation_id="journey_refusals", tags=["journeys"], parameters=PAGING, responses=forms.RefusalList)
    def get(self, request: Request, key: str) -> Response:
        """Return the entries that became no run, newest first, each with its reason."""
        rows = EntryDecision.objects.filter(flow=_flow(request, key))
        return Response(CursorPage("-id").page(rows, request.query_params).as_json(forms.refusal_json))


class JourneyRuns(APIView):
    """Runs that another system asks for."""

    scope: ClassVar = {"POST": "runs:write"}

    @extend_schema(
        operation_id="run_request",
        tags=["runs"],
        request=forms.RunForm,
        responses={201: forms.RunShown, 200: forms.RunShown},
        examples=[OpenApiExample("one run of one customer", value=forms.RUN_EXAMPLE, request_only=True)],
    )
    def post(self, request: Request, key: str) -> Response:
        """Start a run. The same key answers with the same run (200); with another body it is refused (409)."""
        body = _body(request)
        body.only(["user_id", "key", "properties"])
        user_id, run_key = body.text("user_id", most=300), body.text("key", most=200)
        properties = body.inner("properties").raw
        _accept(body)
        flow = _flow(request, key)
        person_id = directory.people(flow.workspace_id, [user_id])[user_id]
        found = request_run(flow, person_id=person_id, key=run_key, properties=properties, now=clock.now())
        return Response(forms.run_json(found.run), status=201 if found.created else 200)


class Runs(APIView):
    """The runs of the workspace."""

    scope: ClassVar = {"GET": "runs:read"}
    filters: ClassVar = ("journey", "user_id", "state", "node", "exit_reason")

    @extend_schema(
        operation_id="runs_list",
        tags=["runs"],
        parameters=[*(OpenApiParameter(name, str) for name in filters), *PAGING],
        responses=forms.RunList,
    )
    def get(self, request: Request) -> Response:
        """Return runs, those that entered last first, narrowed by what is given."""
        workspace_id = key_of(request).workspace_id
        rows = Run.objects.filter(workspace_id=workspace_id).select_related("flow", "version")
        rows = rows.filter(**_narrowed(workspace_id, request.query_params))
        return Response(CursorPage("-entered_at", "id").page(rows, request.query_params).as_json(forms.run_json))


class OneRun(APIView):
    """One run with its steps."""

    scope: ClassVar = {"GET": "runs:read"}

    @extend_schema(operation_id="run_get", tags=["runs"], responses=forms.RunWithSteps)
    def get(self, request: Request, run_id: UUID) -> Response:
        """Return the run, what it was entered with, and each step with its outcome and why."""
        rows = Run.objects.filter(workspace_id=key_of(request).workspace_id).select_related("flow", "version")
        run = rows.filter(pk=run_id).first() or missing("This run")
        steps = list(run.steps.order_by("visit", "pk"))
        return Response({"run": forms.run_json(run), "entry": run.entry, "steps": forms.steps_json(steps)})


def _flow(request: Request, key: str) -> Flow:
    rows = Flow.objects.filter(workspace_id=key_of(request).workspace_id, key=key, kind="journey")
    return rows.select_related("live").first() or missing("This journey")


def _body(request: Request) -> Shape:
    raw = request.data
    if not isinstance(raw, Mapping):
        raise refuse("", "the body must be an object", "write it in braces")
    return Shape(raw, "", "request")


def _accept(body: Shape) -> None:
    if body.problems:
        raise InputRefused(body.problems)


def _narrowed(workspace_id: int, query: Mapping[str, Any]) -> dict[str, Any]:
    asked = {name: query[name] for name in Runs.filters if query.get(name)}
    if any("\x00" in value for value in asked.values()):
        raise refuse("", "a filter holds a NUL character", "take it out")
    columns = {"journey": "flow__key", "state": "state", "node": "node", "exit_reason": "exit_reason"}
    found: dict[str, Any] = {columns[name]: value for name, value in asked.items() if name in columns}
    if "user_id" in asked:
        found["subject_id"] = directory.people(workspace_id, [asked["user_id"]])[asked["user_id"]]
    return found
