"""Sends calls to the door as a client library does."""

import base64
import json

from django.test import Client

from config.kit import clock
from tests.factories import NOON


class Sender:
    def __init__(self, workspace, headers):
        self.workspace = workspace
        self.headers = headers
        self.client = Client(raise_request_exception=True)

    def post(self, call, body, **extra):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        with clock.at(extra.pop("now", NOON)):
            return self.client.post(
                f"/v1/{call}",
                raw,
                content_type=extra.pop("content_type", "application/json"),
                headers={**self.headers, **extra},
            )

    def batch(self, *items, **rest):
        return self.post("batch", {"batch": list(items), **rest})


def basic(text):
    return {"Authorization": "Basic " + base64.b64encode(f"{text}:".encode()).decode()}


def track(number=1, **given):
    return {"type": "track", "event": "buy", "userId": "u1", "messageId": f"m{number}", **given}
