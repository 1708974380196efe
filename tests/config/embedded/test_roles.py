"""What a worker process does about tasks that hang or grow."""

import signal
import time
from types import SimpleNamespace

import pytest
from celery.worker import state

from compliance.jobs.tasks import run_jobs
from config.celery import app
from config.embedded import roles
from config.embedded.forks import fork
from tests.installation import wait_until

HASTY = SimpleNamespace(time_limit=0.1)
pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")


def test_a_task_past_its_hard_limit_takes_the_process_with_it():
    def hang() -> None:
        roles._start_the_clock(HASTY)
        time.sleep(30)

    child = fork(hang, log=None)
    wait_until(lambda: child.poll() is not None, timeout=5)
    assert child.poll() == -signal.SIGALRM


def test_a_task_in_time_leaves_the_process_alone():
    def work() -> None:
        roles._start_the_clock(HASTY)
        roles._stop_the_clock()
        time.sleep(0.3)

    child = fork(work, log=None)
    wait_until(lambda: child.poll() is not None, timeout=5)
    assert child.poll() == 0


def test_a_process_that_grew_too_large_leaves_after_its_task(monkeypatch):
    monkeypatch.setattr(state, "should_stop", None)
    monkeypatch.setattr(roles, "LARGEST_WORKER", 1)
    roles._stop_the_clock()
    assert state.should_stop == 0


def test_a_long_job_is_not_cut_off_by_the_limit_of_other_tasks():
    assert run_jobs.time_limit > 24 * 3600 > app.conf.task_time_limit
