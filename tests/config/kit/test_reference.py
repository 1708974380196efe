"""The OpenAPI document is valid over all apps, and the reference page shows it without a foreign script."""

import re
from io import StringIO

import pytest
from django.core.management import call_command

from config.kit.reference import schema


def test_the_document_is_valid_and_complete():
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


def test_each_operation_says_what_it_does_which_scope_it_needs_and_how_it_refuses():
    for path, methods in schema()["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation.get("summary") or operation.get("description"), where
            assert operation.get("x-scope"), where
            assert {"401", "403"} <= operation["responses"].keys(), where


def test_each_body_has_an_example():
    for path, methods in schema()["paths"].items():
        for method, operation in methods.items():
            if "requestBody" in operation:
                content = operation["requestBody"]["content"]
                assert next(iter(content.values())).get("examples"), f"{method} {path}"


@pytest.mark.django_db
def test_the_page_shows_every_operation_and_loads_only_its_own_files(client):
    text = client.get("/api/docs").content.decode()
    for methods in schema()["paths"].values():
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in text
    assert all(source.startswith("/static/") for source in re.findall(r'<script[^>]*src="([^"]+)"', text))
    assert not re.search(r"<script(?![^>]*src=)|<style| on\w+=", text)


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["json", "yaml"])
def test_the_document_can_be_fetched(client, form):
    answer = client.get("/api/schema", {"format": form})
    assert answer.status_code == 200
    assert b"/v1/consents/batch" in answer.content
