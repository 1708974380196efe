"""The feed's way to the product: the public HTTP API, over connections that are kept open."""

import base64
import gzip
import http.client
import json
import time
from dataclasses import dataclass
from threading import local
from typing import Any, Final
from urllib.parse import urlsplit

TRIES: Final = 6
RETRY: Final = frozenset({429, 502, 503, 504})


class ApiRefused(RuntimeError):
    """The API refused what the demo sent; the message is the API's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer's status and its JSON."""

    status: int
    body: Any


class Api:
    """Calls one installation; may be shared by threads, each of which has its own connection."""

    def __init__(self, url: str, *, write_key: str, secret_key: str) -> None:
        self._target = urlsplit(url)
        self._auth = {
            "write": "Basic " + base64.b64encode(f"{write_key}:".encode()).decode(),
            "secret": f"Bearer {secret_key}",
        }
        self._own = local()

    def batch(self, calls: list[dict[str, Any]], *, sent_at: str) -> dict[str, Any]:
        """Send events, packed, as a client library does; return how many were accepted and duplicates."""
        body = {"batch": calls, "sentAt": sent_at}
        return self._good("POST", "/v1/batch", body, key="write", packed=True)

    def send(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Call with the secret key; return the JSON of a 2xx, raise `ApiRefused` for all else."""
        return self._good(method, path, body, key="secret")

    def _good(self, method: str, path: str, body: Any, *, key: str, packed: bool = False) -> dict[str, Any]:
        answer = self._call(method, path, body, key=key, packed=packed)
        if answer.status < http.client.MULTIPLE_CHOICES and isinstance(answer.body, dict):
            return answer.body
        raise ApiRefused(f"{method} {path} answered {answer.status}: {json.dumps(answer.body, ensure_ascii=False)}")

    def _call(self, method: str, path: str, body: Any, *, key: str, packed: bool = False) -> Answer:
        """Call, and again if the server was away for a moment: every call of the feed may be repeated."""
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Authorization": self._auth[key], "Content-Type": "application/json", "Accept": "application/json"}
        if data is not None and packed:
            data, headers["Content-Encoding"] = gzip.compress(data, 6), "gzip"
        for tried in range(1, TRIES + 1):
            try:
                answer = self._once(method, path, data, headers)
            except (OSError, http.client.HTTPException):
                self._own.connection = None
                if tried == TRIES:
                    raise
            else:
                if answer.status not in RETRY or tried == TRIES:
                    return answer
            time.sleep(min(0.2 * 2**tried, 5))
        raise AssertionError("the last try returns or raises")

    def _once(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> Answer:
        connection = getattr(self._own, "connection", None) or self._connect()
        connection.request(method, path, body=data, headers=headers)
        response = connection.getresponse()
        text = response.read()
        json_sent = "json" in response.headers.get("Content-Type", "")
        return Answer(status=response.status, body=json.loads(text) if json_sent and text else text[:500].decode())

    def _connect(self) -> http.client.HTTPConnection:
        secure = self._target.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        self._own.connection = kind(self._target.hostname or "127.0.0.1", self._target.port, timeout=60)
        return self._own.connection  # type: ignore[no-any-return]
