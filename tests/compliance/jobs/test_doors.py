"""Jobs through the API and the console: one's own workspace, one's own rights, and a card that stops asking."""

import json

import pytest
from django.urls import reverse

from compliance import jobs
from compliance.audit.models import AuditEntry
from compliance.jobs.models import Job, JobFile
from config.kit import clock, wall
from tests import factories
from tests.compliance.jobs.kinds import start
from tests.factories import NOON, api_key, bearer

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace():
    return factories.workspace()


@pytest.fixture
def job(workspace):
    return start(workspace, to=3, title="Counting to three")


@pytest.fixture
def export(workspace):
    made = start(workspace, "tests.export", rows=3)
    with clock.at(NOON):
        jobs.run_all()
    return Job.objects.get(pk=made.pk)


def reader(workspace, *scopes):
    return bearer(api_key(workspace, *(scopes or ("jobs:read",))))


def test_a_job_is_read_listed_and_cancelled_by_keys_with_the_scope(client, workspace, job):
    shown = client.get(f"/v1/jobs/{job.pk}", headers=reader(workspace)).json()
    assert (shown["state"], shown["title"], shown["actor"]) == ("queued", "Counting to three", "Ada Operator")
    listed = client.get("/v1/jobs?kind=tests.count&state=queued", headers=reader(workspace)).json()
    assert [row["id"] for row in listed["data"]] == [str(job.pk)]
    assert client.get("/v1/jobs?state=done", headers=reader(workspace)).json()["data"] == []
    assert client.post(f"/v1/jobs/{job.pk}/cancel", headers=reader(workspace)).status_code == 403
    writer = reader(workspace, "jobs:write")
    assert client.post(f"/v1/jobs/{job.pk}/cancel", headers=writer).json()["state"] == "cancelled"
    assert client.post(f"/v1/jobs/{job.pk}/cancel", headers=writer).status_code == 409


@pytest.mark.parametrize("path", ["", "/file"])
def test_another_workspace_s_job_is_a_404_for_keys(client, export, path):
    stranger = bearer(api_key(factories.workspace(), "jobs:write", "people:read"))
    assert client.get(f"/v1/jobs/{export.pk}{path}", headers=stranger).status_code == 404
    assert client.post(f"/v1/jobs/{export.pk}/cancel", headers=stranger).status_code == 404


def test_a_file_needs_the_scope_of_what_is_in_it_and_taking_it_is_on_the_trail(client, workspace, export):
    address = f"/v1/jobs/{export.pk}/file"
    assert client.get(address, headers=reader(workspace)).status_code == 403
    answer = client.get(address, headers=reader(workspace, "jobs:read", "people:read"))
    assert answer.status_code == 200
    assert answer.getvalue().decode("utf-8-sig").splitlines()[0] == "number,text,nothing,minus,phone"
    assert answer["Content-Disposition"].startswith('attachment; filename="rows.csv"')
    assert AuditEntry.objects.filter(action="job.file_taken", object_id=str(export.pk)).count() == 1
    JobFile.objects.all().delete()
    assert client.get(address, headers=reader(workspace, "jobs:read", "people:read")).status_code == 404


def test_the_wall_shows_a_request_its_own_jobs_and_files_only(workspace, export):
    other = factories.workspace()
    theirs = start(other, to=1)
    wall.enter(other.pk)
    try:
        assert list(Job.objects.values_list("pk", flat=True)) == [theirs.pk]
        assert not JobFile.objects.exists()
    finally:
        wall.leave()


def test_the_card_asks_for_itself_until_the_job_has_ended(client, workspace, job):
    client.force_login(factories.user(workspace))
    address, card = reverse("job", args=[job.pk]), {"HX-Request": "true", "HX-Target": f"job-{job.pk}"}
    waiting = client.get(address, headers=card)
    assert (waiting.status_code, waiting.content.decode().strip()[:8]) == (200, "<section")
    assert 'hx-trigger="every 1s"' in waiting.content.decode()
    with clock.at(NOON):
        jobs.run_all()
    ended = client.get(address, headers=card)
    assert ended.status_code == 286
    assert "hx-trigger" not in ended.content.decode()
    assert json.loads(ended["HX-Trigger"])["job-ended"]["state"] == "done"
    assert client.get(address).status_code == 200


def test_the_console_cancels_with_and_without_a_script(client, workspace, job):
    client.force_login(factories.user(workspace))
    address = reverse("job-cancel", args=[job.pk])
    answer = client.post(address, headers={"HX-Request": "true", "HX-Target": f"job-{job.pk}"})
    assert "cancelled" in answer.content.decode()
    again = client.post(address, follow=True)
    assert "had ended before" in again.content.decode()


def test_going_on_in_the_background_is_a_toast_with_a_link(client, workspace, job):
    client.force_login(factories.user(workspace))
    answer = client.get(reverse("job-later", args=[job.pk]), headers={"HX-Request": "true"})
    assert json.loads(answer["HX-Trigger"])["toast"]["href"] == reverse("job", args=[job.pk])
    assert client.get(reverse("job-later", args=[job.pk])).url == reverse("jobs")


def test_viewers_look_and_neither_cancel_nor_take_files(client, workspace, export, job):
    client.force_login(factories.user(workspace, role="viewer"))
    assert client.get(reverse("job", args=[export.pk])).status_code == 200
    assert client.get(reverse("job-file", args=[export.pk])).status_code == 403
    assert client.post(reverse("job-cancel", args=[job.pk])).status_code == 403


def test_another_workspace_s_job_is_a_404_in_the_console(client, export):
    client.force_login(factories.user(factories.workspace()))
    for name in ("job", "job-file", "job-later"):
        assert client.get(reverse(name, args=[export.pk])).status_code == 404
    assert client.post(reverse("job-cancel", args=[export.pk])).status_code == 404
    assert str(export.pk) not in client.get(reverse("jobs")).content.decode()
