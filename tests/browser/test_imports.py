"""Bringing a file in a browser: the card of a job runs by itself, is cancelled, and leaves the result behind."""

import threading
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse
from playwright.sync_api import expect

from compliance.jobs import running
from tests.browser.conftest import Console
from tests.compliance.jobs.kinds import start

pytestmark = pytest.mark.django_db(transaction=True)


def in_background() -> threading.Thread:
    """Run what is queued in a thread with a connection of its own, as a worker does."""

    def body() -> None:
        try:
            while running.run_next():
                pass
        finally:
            connection.close()

    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    return thread


def test_a_file_is_brought_and_its_result_appears_by_itself(console: Console, tmp_path: Path):
    page = console.page
    file = tmp_path / "orders.csv"
    rows = "".join(f"u{n},2025-01-02 10:00:00,{n}.5\n" for n in range(300))
    file.write_text(f"user_id,time,amount\n{rows}u9,soon,1\n")
    console.log_in()
    console.go(reverse("imports"))
    page.get_by_role("link", name="Import a file").first.click()
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("orders.csv")
    page.get_by_label("Name of the event").fill("order")
    page.get_by_role("button", name="Try the first 1,000 rows").click()
    expect(page.locator("#report")).to_contain_text("not a time: 1")
    page.get_by_role("button", name="Start the import").click()
    expect(page.locator(".job")).to_contain_text("waiting")
    worker = in_background()
    expect(page.locator("#import-outcome")).to_contain_text("Download all with reasons", timeout=15_000)
    expect(page.locator(".job")).to_contain_text("done")
    worker.join(timeout=10)
    assert console.errors == []


def test_a_running_job_is_cancelled_from_its_card(console: Console):
    page = console.page
    job = start(console.shop.workspace, to=2000, pause=0.02, title="Counting for long")
    console.log_in()
    worker = in_background()
    console.go(reverse("job", args=[job.pk]))
    expect(page.locator(".job")).to_contain_text("per second", timeout=15_000)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".job")).to_contain_text("cancelled", timeout=15_000)
    worker.join(timeout=10)
    assert console.errors == []


def test_a_job_goes_on_in_the_background_behind_a_toast_with_a_link(console: Console):
    page, imported = console.page, console.shop.drafted()
    job = start(console.shop.workspace, to=1, title="Counting")
    imported.job_id = job.pk
    imported.save(update_fields=["job_id"])
    console.log_in()
    console.go(reverse("import", args=[imported.pk]))
    page.get_by_role("link", name="Continue in background").click()
    expect(page.locator(".job")).to_have_count(0)
    page.locator("#toasts").get_by_role("link", name="Show").click()
    expect(page).to_have_url(f"{console.address}{reverse('job', args=[job.pk])}")
    assert console.errors == []
