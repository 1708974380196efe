"""A job is run by one worker at a time, from checkpoint to checkpoint, to a stated end."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from compliance import jobs
from compliance.audit.models import AuditEntry
from compliance.jobs import heart, running
from compliance.jobs.claims import LEASE, claim
from compliance.jobs.models import Job
from config.kit import clock
from config.kit.actors import ActorKind
from config.kit.errors import Conflict
from tests import factories
from tests.compliance.jobs.kinds import numbers, start
from tests.factories import NOON

LATER = NOON + LEASE + timedelta(seconds=1)


@pytest.fixture
def workspace(db):
    return factories.workspace()


def actions(job):
    entries = AuditEntry.objects.filter(object_kind="job", object_id=str(job.pk)).order_by("id")
    return [entry.action for entry in entries]


def run_once(at=NOON, **given):
    return running.run_next(tick=lambda: at, heart=heart.beating_inline, **given)


def test_a_job_runs_to_its_end_and_the_trail_says_who_asked(workspace):
    job = start(workspace, to=3)
    with clock.at(NOON):
        assert jobs.run_all() == 1
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.said, job.result) == ("done", 3, 3, "counted", {"counted": 3})
    assert actions(job) == ["job.queued", "job.started", "job.finished"]
    assert set(AuditEntry.objects.values_list("actor_kind", "actor")) == {(ActorKind.USER.value, "Ada Operator")}


def test_a_worker_that_dies_leaves_the_job_to_another_which_goes_on_from_the_checkpoint(workspace):
    job = start(workspace, to=5, hurdle=2, what="die")
    with pytest.raises(SystemExit):
        run_once()
    assert claim(now=NOON + LEASE / 2) is None, "the lease still holds"
    Job.objects.update(arguments={"to": 5})
    assert run_once(LATER)
    job.refresh_from_db()
    assert (job.state, job.done, job.attempt) == ("done", 5, 2)
    assert numbers(workspace) == [0, 1, 2, 3, 4]


def test_a_job_that_kills_every_worker_at_the_same_place_fails_with_the_place(workspace):
    job = start(workspace, to=5, hurdle=2, what="die")
    for turn in range(running.MOST_CRASHES):
        with pytest.raises(SystemExit):
            run_once(NOON + (LEASE + timedelta(seconds=1)) * turn)
    assert run_once(NOON + (LEASE + timedelta(seconds=1)) * running.MOST_CRASHES)
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.problem.startswith("Its worker died 3 times at the same place: after 2 done")
    assert actions(job)[-1] == "job.failed"
    assert not run_once(NOON + timedelta(days=1))


def test_progress_between_crashes_forgives_the_earlier_ones(workspace):
    job = start(workspace, to=5, hurdle=2, what="die")
    for turn in range(5):
        Job.objects.update(arguments={"to": 9, "hurdle": turn + 1, "what": "die"})
        with pytest.raises(SystemExit):
            run_once(NOON + (LEASE + timedelta(seconds=1)) * turn)
    job.refresh_from_db()
    assert (job.state, job.crashes, job.saved) == ("running", 0, 5)


def test_a_worker_that_lost_its_lease_writes_nothing_more(workspace):
    job = start(workspace, to=5)
    stale = claim(now=NOON)
    assert claim(now=LATER).attempt == 2
    late = running.Work(stale, tick=lambda: LATER, stopping=lambda: False)
    with pytest.raises(running.LeaseLost):
        late.save({"next": 5})
    assert running.settle(stale, running._ending(late, "done"), now=LATER) is False
    job.refresh_from_db()
    assert (job.state, job.checkpoint) == ("running", {})


@pytest.mark.parametrize(
    ("what", "problem"),
    [
        ("refuse", "/to: is too far · Count less."),
        ("break", "It stopped on an error of ours (ZeroDivisionError). The log holds the details under the job's id."),
    ],
)
def test_what_goes_wrong_is_said(workspace, what, problem):
    job = start(workspace, to=5, hurdle=1, what=what)
    run_once()
    job.refresh_from_db()
    assert (job.state, job.problem, job.done) == ("failed", problem, 1)


def test_a_waiting_job_is_cancelled_at_once_and_only_once(workspace):
    job = start(workspace, to=3)
    jobs.cancel(workspace.pk, job.pk, actor=factories.actor(), now=NOON)
    job.refresh_from_db()
    assert (job.state, job.ended_at) == ("cancelled", NOON)
    assert not run_once()
    with pytest.raises(Conflict):
        jobs.cancel(workspace.pk, job.pk, actor=factories.actor(), now=NOON)
    assert actions(job) == ["job.queued", "job.cancelled"]


def test_a_job_cancelled_while_its_worker_lay_dead_is_not_run_again(workspace):
    job = start(workspace, to=5, hurdle=2, what="die")
    with pytest.raises(SystemExit):
        run_once()
    jobs.cancel(workspace.pk, job.pk, actor=factories.actor(), now=NOON)
    run_once(LATER)
    job.refresh_from_db()
    assert (job.state, job.done) == ("cancelled", 2)
    assert numbers(workspace) == [0, 1]


def test_a_worker_that_is_asked_to_stop_gives_the_job_back(workspace):
    job = start(workspace, to=3)
    run_once(stopping=lambda: True)
    job.refresh_from_db()
    assert (job.state, job.done, job.crashes) == ("queued", 1, 0)
    run_once(at=NOON + timedelta(seconds=1))
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 3)
    assert numbers(workspace) == [0, 1, 2]


def test_a_workspace_with_many_jobs_does_not_hold_up_another(workspace):
    for _number in range(3):
        start(workspace, to=1)
    other = factories.workspace()
    start(other, to=1, now=NOON + timedelta(seconds=1))
    at = NOON + timedelta(seconds=2)
    assert [claim(now=at).workspace_id, claim(now=at).workspace_id] == [workspace.pk, other.pk]


def test_a_kind_that_nobody_knows_any_more_fails_with_words(workspace):
    job = start(workspace, to=1)
    Job.objects.update(kind="gone.away")
    run_once()
    job.refresh_from_db()
    assert job.problem == "This version of Signalbox does not know such jobs any more."


def in_background(work):
    """Run `work` in a thread with its own connection, as a worker does."""

    def body():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("arguments", [{"pause": 0.05}, {"hurdle": 2, "what": "sleep"}])
def test_a_running_job_is_cancelled_within_two_seconds_also_in_a_long_statement(arguments):
    workspace = factories.workspace()
    job = start(workspace, to=1000, now=clock.now(), **arguments)
    worker = in_background(running.run_next)
    deadline = time.monotonic() + 10
    while not numbers(workspace) and time.monotonic() < deadline:
        time.sleep(0.02)
    asked = time.monotonic()
    jobs.cancel(workspace.pk, job.pk, actor=factories.actor(), now=clock.now())
    worker.join(timeout=10)
    took = time.monotonic() - asked
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert took < 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_run_the_same_job():
    workspace = factories.workspace()
    for _number in range(6):
        start(workspace, to=4, pause=0.005, now=clock.now())

    def work():
        while running.run_next():
            pass

    workers = [in_background(work) for _number in range(3)]
    for worker in workers:
        worker.join(timeout=30)
    assert set(Job.objects.values_list("state", "attempt", "done")) == {("done", 1, 4)}
    assert numbers(workspace) == sorted([0, 1, 2, 3] * 6)


@pytest.mark.django_db(transaction=True)
def test_the_heart_keeps_the_lease_of_a_job_that_says_nothing_for_long(monkeypatch):
    monkeypatch.setattr(heart, "EVERY", 0.1)
    workspace = factories.workspace()
    job = start(workspace, to=3, pause=1.0, now=clock.now())
    worker = in_background(running.run_next)
    time.sleep(0.5)
    first = Job.objects.get(pk=job.pk).due_at
    time.sleep(0.5)
    second = Job.objects.get(pk=job.pk).due_at
    worker.join(timeout=10)
    assert second > first
    assert Job.objects.get(pk=job.pk).state == "done"
