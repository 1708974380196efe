"""While every place for live pages is taken, pages still answer, and soon; a place that was left is free again."""

import http.cookiejar
import json
import re
import time
import urllib.parse
import urllib.request
from contextlib import ExitStack
from http.client import HTTPResponse
from typing import Any

import pytest

from tests.installation import Installed, installed, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("installations")]

THREADS, PLACES = 5, 4
SOON = 5.0  # seconds, on a machine that is busy with other things; a page that waits for a stream waits for minutes
STREAM = "/console/stream?topics=home.needs%20home.health"


class Member:
    """Somebody who is logged in, with the cookies of one browser."""

    def __init__(self, here: Installed) -> None:
        self._url = here.url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        known = json.loads(here.manage("bootstrap", "--json"))
        with self.open("/login/") as page:
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())
        assert token
        form = {"username": known["user"], "password": known["password"], "csrfmiddlewaretoken": token[1]}
        with self.open("/login/", urllib.parse.urlencode(form).encode()) as page:
            assert "log-out" in page.read().decode() or page.url.endswith("/")

    def open(self, path: str, data: bytes | None = None) -> HTTPResponse:
        answer: Any = self._opener.open(f"{self._url}{path}", data, timeout=30)
        assert isinstance(answer, HTTPResponse)
        return answer

    def took(self, path: str) -> float:
        """Read a page and return how many seconds that took."""
        began = time.monotonic()
        with self.open(path) as page:
            assert page.status == 200
            assert "<h1" in page.read().decode()
        return time.monotonic() - began


@pytest.fixture(scope="module")
def member():
    with installed(WEB_THREADS=str(THREADS), WEB_STREAMS=str(PLACES), WEB_WORKERS="1") as here:
        here.serve("web")
        here.until_answering()
        yield Member(here)


def test_pages_answer_while_all_streams_are_taken(member, record_property):
    with ExitStack() as held:
        for _place in range(PLACES):
            stream = held.enter_context(member.open(STREAM))
            assert (stream.status, stream.headers["Content-Type"]) == (200, "text/event-stream")
            assert stream.readline() == b"retry: 5000\n"
        with member.open(STREAM) as refused:
            assert refused.status == 204
        took = sorted(member.took(path) for path in ("/", "/people/", "/messages/", "/console/_styleguide/") * 5)
        record_property("seconds of a page while all streams are taken", took)
        assert took[-1] < SOON

    def free() -> bool:
        with member.open(STREAM) as again:
            return again.status == 200

    wait_until(free, timeout=30, what="a free place after all were left")
