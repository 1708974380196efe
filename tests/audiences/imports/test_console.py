"""Importing in the console with nothing but forms: bring a file, say what it means, try, start, see the result."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audiences.imports.models import Import, SavedMapping
from audiences.intake.models import Event
from compliance import jobs
from compliance.jobs.models import JobFile
from tests import factories
from tests.audiences.imports.files import HEADER, lines, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace():
    return factories.workspace()


@pytest.fixture
def console(client, workspace):
    client.force_login(factories.user(workspace))
    return client


def bring(console, text, name="orders.csv"):
    file = SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode(), content_type="text/csv")
    answer = console.post(reverse("import-upload"), {"file": file}, follow=True)
    return answer, Import.objects.order_by("-created_at").first()


MEANS = ["user_id", "email", "field", "field", "time", "field", "field"]
TYPES = ["text", "text", "number", "boolean", "text", "list", "text"]


def mapping(**other):
    columns = {f"to-{n}": to for n, to in enumerate(MEANS)} | {f"type-{n}": kind for n, kind in enumerate(TYPES)}
    return {"what": "events", "event": "order", "zone": "UTC", "separator": ";", **columns, **other}


def change(console, found, **form):
    return console.post(reverse("import-change", args=[found.pk]), form, follow=True)


def test_a_file_is_brought_tried_started_and_its_result_shown(console):
    shown, found = bring(console, lines(30, odd={4: row(4, amount="many")}))
    page = shown.content.decode()
    assert all(f"<b>{column}</b>" in page for column in HEADER.split(","))
    assert "u2@example.com" in page
    tried = change(console, found, do="try", **mapping(keep_as="Shop orders")).content.decode()
    assert "not a number: 1" in tried
    assert not Event.objects.exists()
    started = change(console, found, do="start", **mapping()).content.decode()
    assert f'id="job-{Import.objects.get().job_id}"' in started
    jobs.run_all()
    result = console.get(reverse("import", args=[found.pk])).content.decode()
    assert "Download all with reasons" in result
    refused = console.get(reverse("import-refused", args=[found.pk]))
    assert "not_a_number" in refused.getvalue().decode("utf-8-sig")
    assert Event.objects.count() == 29
    assert "orders.csv" in console.get(reverse("imports")).content.decode()
    assert SavedMapping.objects.get().name == "Shop orders"


def test_a_kept_mapping_fits_the_next_file(console):
    _shown, first = bring(console, lines(3))
    change(console, first, do="try", **mapping(keep_as="Shop orders"))
    _shown, second = bring(console, lines(5))
    change(console, second, do="saved", saved="Shop orders")
    second.refresh_from_db()
    assert [column["to"] for column in second.mapping["columns"]] == MEANS
    assert "There is no such mapping" in change(console, second, do="saved", saved="Gone").content.decode()


def test_what_cannot_work_is_said_and_what_was_typed_stays(console):
    _shown, found = bring(console, lines(3))
    answer = change(console, found, do="start", **mapping(event="", **{"name-2": "sum", "to-0": "skip"}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "No column says whom a row is about. Say which column" in page
    assert "Nothing says what happened." in page
    assert 'value="sum"' in page
    assert not jobs.jobs(found.workspace_id).exists()


def test_reading_a_file_in_another_encoding_shows_other_rows(console):
    text = "user_id,名字,ts\nu1,王小明,2025-01-02\n".encode("gb18030")
    shown, found = bring(console, text)
    assert "王小明" in shown.content.decode()
    wrong = change(console, found, do="reading", encoding="utf-8", delimiter=",", quote='"', header="yes")
    assert "text in utf-8" in wrong.content.decode()
    right = change(console, found, do="reading", encoding="gb18030", delimiter=",", quote='"', header="yes")
    assert "王小明" in right.content.decode()


def test_the_whole_file_is_checked_in_a_job(console):
    _shown, found = bring(console, lines(10, odd={4: "too,few"}))
    change(console, found, do="check", **mapping())
    jobs.run_all()
    page = console.get(reverse("import", args=[found.pk])).content.decode()
    assert "another number of cells than the header: 1" in page
    assert not Event.objects.exists()


def test_an_import_starts_once(console):
    _shown, found = bring(console, lines(3))
    change(console, found, do="start", **mapping())
    assert "started already" in change(console, found, do="start", **mapping()).content.decode()
    assert jobs.jobs(found.workspace_id).count() == 1


def test_a_giant_line_and_no_file_are_said_on_the_form(console):
    answer, found = bring(console, b"x" * 2_000_000)
    assert answer.status_code == 422
    assert "has a line of more than" in answer.content.decode()
    assert found is None
    assert console.post(reverse("import-upload"), {}).status_code == 422
    assert not JobFile.objects.exists()


def test_a_file_whose_time_is_over_is_said(console):
    _shown, found = bring(console, lines(3))
    JobFile.objects.all().delete()
    assert "The file has expired" in console.get(reverse("import", args=[found.pk])).content.decode()


def test_a_forged_upload_is_refused(workspace):
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.user(workspace))
    file = SimpleUploadedFile("orders.csv", lines(3).encode())
    assert client.post(reverse("import-upload"), {"file": file}).status_code == 403
    assert not Import.objects.exists()
    assert not JobFile.objects.exists()


def test_viewers_look_and_bring_nothing(client, workspace, console):
    _shown, found = bring(console, lines(3))
    client.force_login(factories.user(workspace, role="viewer"))
    assert client.get(reverse("import", args=[found.pk])).status_code == 200
    assert client.post(reverse("import-upload"), {}).status_code == 403
    assert client.post(reverse("import-change", args=[found.pk]), {"do": "start"}).status_code == 403


def test_another_workspace_s_import_is_a_404(console):
    _shown, found = bring(console, lines(3))
    console.force_login(factories.user(factories.workspace()))
    for name in ("import", "import-refused"):
        assert console.get(reverse(name, args=[found.pk])).status_code == 404
    assert console.post(reverse("import-change", args=[found.pk]), {"do": "start"}).status_code == 404
