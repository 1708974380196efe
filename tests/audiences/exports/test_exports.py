"""People and events leave as files that hold what the filters say, and no formula that a spreadsheet would run."""

import json

import pytest
from django.test import Client

from audiences import segments
from audiences.intake.models import EventKind
from compliance import audit
from compliance.jobs import run_all
from tests import factories
from tests.audiences.events import come, row
from tests.factories import NOON

pytestmark = pytest.mark.django_db
W = 9201


@pytest.fixture
def workspace():
    made = factories.workspace(pk=W)
    where = {"did": "buy", "times": {"at_least": 2}}
    segments.define(W, {"key": "twice", "where": where}, actor=factories.actor(), now=NOON)
    for n in range(5):
        traits = {"city": "=HYPERLINK(1)" if n == 0 else "Lima", "address": {"zip": f"0{n}"}}
        come(row(W, user=f"u{n}", kind=EventKind.IDENTIFY, name="identify", properties=traits))
        come(*(row(W, user=f"u{n}") for _ in range(1 + n % 2)))
    return made


@pytest.fixture
def export(workspace):
    headers = factories.bearer(factories.api_key(workspace, "people:read", "events:read", "jobs:read"))
    client = Client()

    def run(what, **asked):
        started = client.post(f"/v1/{what}/export", asked, content_type="application/json", headers=headers)
        if started.status_code != 202:
            return started
        run_all()
        job = started.json()["job_id"]
        assert client.get(f"/v1/jobs/{job}", headers=headers).json()["state"] == "done"
        return b"".join(client.get(f"/v1/jobs/{job}/file", headers=headers).streaming_content).decode("utf-8-sig")

    return run


def test_people_come_as_json_lines_with_all_traits(export):
    rows = [json.loads(line) for line in export("people").splitlines()]
    assert {row["user_id"] for row in rows} == {f"u{n}" for n in range(5)}
    assert {row["traits"]["address"]["zip"] for row in rows} == {f"0{n}" for n in range(5)}


def test_members_of_a_segment_come_as_csv_with_the_named_traits(export):
    lines = export("people", segment="twice", format="csv", traits=["city", "address.zip"]).splitlines()
    assert lines[0] == "id,user_id,first_seen,last_seen,city,address.zip"
    assert {line.split(",")[1] for line in lines[1:]} == {"u1", "u3"}


def test_a_formula_is_text(export):
    assert "'=HYPERLINK(1)" in export("people", format="csv", traits=["city"])


def test_events_come_by_name_and_time(export):
    assert len(export("events", name="buy").splitlines()) == 7
    assert export("events", name="buy", since="2030-01-01T00:00:00Z") == ""
    assert export("events", name="buy", format="csv").splitlines()[0].startswith("id,type,name")


@pytest.mark.parametrize(
    ("what", "asked", "path"),
    [
        ("people", {"format": "pdf"}, "/format"),
        ("people", {"seen_after": "yesterday"}, "/seen_after"),
        ("people", {"traits": "city"}, "/traits"),
        ("people", {"segments": "x"}, "/segments"),
        ("events", {"name": 7}, "/name"),
        ("events", {"until": "2026-03-01T00:00:00"}, "/until"),
    ],
)
def test_what_cannot_be_exported_is_refused_with_its_place(export, what, asked, path):
    assert export(what, **asked).json()["errors"][0]["path"] == path


def test_an_export_is_on_the_trail(export):
    export("people", segment="twice")
    assert audit.entries(W, action="data.exported").get().payload["rows"] == 2


def test_the_history_of_traits_is_read_page_by_page(workspace):
    come(
        row(
            W,
            user="u1",
            kind=EventKind.IDENTIFY,
            name="identify",
            at=NOON.replace(hour=13),
            properties={"city": "Oslo"},
        )
    )
    headers, client = factories.bearer(factories.api_key(workspace, "people:read")), Client()
    first = client.get("/v1/people/u1/traits?limit=1", headers=headers).json()
    assert [word["value"] for word in first["data"]] == ["Oslo"]
    rest = client.get(f"/v1/people/u1/traits?cursor={first['next']}", headers=headers).json()["data"]
    assert {"Lima"} <= {word["value"] for word in rest if word["name"] == "city"}
    assert client.get("/v1/people/nobody/traits", headers=headers).status_code == 404
