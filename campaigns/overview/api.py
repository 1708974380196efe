"""`GET /v1/summary` and `/v1/summary/waiting`: the figures for other systems."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.overview.summary import summary, waiting
from compliance.access.authentication import key_of
from config.kit import clock


class Summary(APIView):
    """The figures of the key's workspace."""

    scope = "summary:read"

    @extend_schema(operation_id="summary", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Events in, duplicates, rule matches, runs by how they ended, messages sent, held and blocked and why.

        Each figure is a query over stored rows; on many millions of events it takes seconds.
        """
        return Response(summary(key_of(request).workspace_id))


class Waiting(APIView):
    """What the workers still have to do."""

    scope = "summary:read"

    @extend_schema(operation_id="summary_waiting", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """How many events, actions, runs and messages wait to be worked on; all nought means rest."""
        return Response(waiting(key_of(request).workspace_id, now=clock.now()))
