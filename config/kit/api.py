"""What every API view shares."""

from typing import Any

from rest_framework.parsers import JSONParser
from rest_framework.response import Response
from rest_framework.views import exception_handler


class StrictJSONParser(JSONParser):
    """JSON bodies."""


def problem_response(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception into the API's error form."""
    return exception_handler(exc, context)
