"""Files over the API: stored as they come in, refused early when hopeless, started, told of."""

import io
import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audiences.imports import limits
from audiences.imports.models import Import
from audiences.intake.models import Event
from compliance import jobs
from compliance.jobs.models import JobFile, JobFileChunk
from tests import factories
from tests.audiences.imports.files import ORDERS, lines, row
from tests.factories import api_key, bearer

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace():
    return factories.workspace()


@pytest.fixture
def keys(workspace):
    return bearer(api_key(workspace, "imports:write"))


def send(client, keys, data, *, name="orders.csv", **parts):
    file = SimpleUploadedFile(name, data if isinstance(data, bytes) else data.encode(), content_type="text/csv")
    return client.post("/v1/imports", {"file": file, **parts}, headers=keys)


def test_a_file_with_its_mapping_is_imported_and_told_of(client, workspace, keys):
    text = lines(30, odd={4: row(4, amount="many")})
    sent = send(client, keys, text, mapping=json.dumps(ORDERS))
    assert (sent.status_code, sent.json()["state"], sent.json()["counts"]) == (202, "queued", None)
    jobs.run_all()
    shown = client.get(f"/v1/imports/{sent.json()['id']}", headers=keys).json()
    assert (shown["state"], shown["counts"]["accepted"], shown["counts"]["reasons"]) == (
        "done",
        29,
        {"not_a_number": 1},
    )
    assert client.get("/v1/imports", headers=keys).json()["data"][0]["id"] == shown["id"]
    refused = client.get(f"/v1/imports/{shown['id']}/refused", headers=keys)
    assert refused.getvalue().decode("utf-8-sig").splitlines()[1].startswith("u4,u4@example.com,many")
    assert Event.objects.count() == 29


def test_a_check_writes_nothing(client, keys):
    sent = send(client, keys, lines(5), mapping=json.dumps(ORDERS), run="check").json()
    jobs.run_all()
    assert sent["check"]
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        ({"mapping": json.dumps({**ORDERS, "event": ""})}, "/event"),
        ({"mapping": "{nonsense"}, "/mapping"),
        ({"mapping": json.dumps(ORDERS), "reading": '{"encoding": "klingon"}'}, "/reading/encoding"),
        ({"mapping": json.dumps(ORDERS), "run": "perhaps"}, "/run"),
    ],
)
def test_what_cannot_work_is_refused_and_leaves_nothing(client, keys, parts, path):
    answer = send(client, keys, lines(5), **parts)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"].startswith(path)
    assert not Import.objects.exists()
    assert not JobFile.objects.exists()


def test_a_line_that_does_not_end_is_refused_before_the_rest_has_come_in(client, keys):
    class Endless(io.BytesIO):
        """Ten gigabytes of one line, of which nobody asks for much."""

        asked = 0
        name = "endless.csv"
        size = 10 * 1024**3

        def read(self, size=-1):
            Endless.asked += size
            return b"x" * size if Endless.asked < Endless.size else b""

    boundary = "BoUnDaRy"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="endless.csv"\r\n\r\n'.encode()
    endless = Endless()

    class Body:
        started = False

        def read(self, size=-1):
            if not Body.started:
                Body.started = True
                return head
            return endless.read(min(size if size > 0 else 65536, 65536))

        def readline(self, size=-1):
            raise AssertionError("a body without line feeds is not read by lines")

    answer = client.generic(
        "POST",
        "/v1/imports",
        b"",
        headers=keys,
        **{
            "wsgi.input": Body(),
            "CONTENT_TYPE": f"multipart/form-data; boundary={boundary}",
            "CONTENT_LENGTH": str(10 * 1024**3),
        },
    )
    assert answer.status_code == 422
    assert f"a line of more than {limits.MAX_LINE} bytes" in answer.json()["errors"][0]["message"]
    assert Endless.asked < 64 * 1024 * 1024
    assert not JobFileChunk.objects.exists()


def test_a_file_over_the_limit_is_refused(client, keys, settings):
    settings.IMPORT_LARGEST_FILE_MB = 0
    answer = send(client, keys, lines(5), mapping=json.dumps(ORDERS))
    assert answer.json()["errors"][0]["message"] == "is larger than 0 MB"
    assert not JobFile.objects.exists()


def test_other_keys_and_workspaces_see_nothing(client, workspace, keys):
    found = send(client, keys, lines(5), mapping=json.dumps(ORDERS), run="no").json()["id"]
    stranger = bearer(api_key(factories.workspace(), "imports:write"))
    for path in ("", "/refused"):
        assert client.get(f"/v1/imports/{found}{path}", headers=stranger).status_code == 404
    assert client.get(f"/v1/imports/{uuid.uuid4()}", headers=keys).status_code == 404
    events_key = bearer(api_key(workspace, "events:write"))
    assert send(client, events_key, lines(5)).status_code == 403
    assert client.get("/v1/imports", headers=events_key).status_code == 403


def test_a_request_without_a_file_says_so(client, keys):
    answer = client.post("/v1/imports", {"mapping": "{}"}, headers=keys)
    assert answer.json()["errors"][0]["path"] == "/file"
