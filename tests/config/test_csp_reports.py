"""Reports of the browser about the Content Security Policy reach the log: short, few, in one line."""

import json
import logging

import pytest
from django.urls import reverse

from config import csp_reports


@pytest.fixture(autouse=True)
def _first_of_the_minute(monkeypatch):
    monkeypatch.setattr(csp_reports, "_minute", {})


def send(client, body: str):
    return client.post(reverse("csp-report"), body, content_type="application/csp-report")


def test_a_violation_is_logged_in_one_line_without_the_query(client, caplog):
    said = {"document-uri": "http://x/people/?q=mia", "effective-directive": "script-src", "blocked-uri": "in\nline"}
    with caplog.at_level(logging.WARNING, logger="config.csp_reports"):
        assert send(client, json.dumps({"csp-report": said})).status_code == 204
    assert "document-uri='http://x/people/', effective-directive='script-src'" in caplog.text
    assert "mia" not in caplog.text
    assert "in\\nline" in caplog.text


@pytest.mark.parametrize("body", ["", "{", "[]", '{"csp-report": 1}'])
def test_nonsense_does_no_harm(client, body):
    assert send(client, body).status_code == 204


def test_a_flood_is_written_down_only_so_far(client, caplog, monkeypatch):
    monkeypatch.setattr(csp_reports, "PER_MINUTE", 2)
    for _turn in range(5):
        send(client, '{"csp-report": {"blocked-uri": "x"}}')
    assert caplog.text.count("blocked-uri") == 2


def test_every_answer_says_where_to_report(client):
    assert f"report-uri {reverse('csp-report')}" in client.get("/healthz")["Content-Security-Policy"]
