"""Runs claimed jobs to their end, whatever that is: done, failed with a stated problem, cancelled, or given back."""

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import InterfaceError, OperationalError, connection
from django.utils import translation
from django.utils.translation import gettext as _

from compliance import audit
from compliance.jobs.claims import Claimed, Ending, claim, give_back, settle
from compliance.jobs.heart import beating, beating_inline
from compliance.jobs.kinds import find_kind
from compliance.jobs.models import Job
from compliance.jobs.work import Cancelled, Interrupted, LeaseLost, Work
from config.kit import clock
from config.kit.actors import acting
from config.kit.errors import InputRefused
from config.kit.spoken import told

log = logging.getLogger(__name__)
MOST_CRASHES: Final = 3
"""Deaths of the worker without a checkpoint in between: afterwards the job itself is taken for the cause."""
PAUSE: Final = timedelta(seconds=5)
Heart = Callable[[Work], AbstractContextManager[None]]


def run_next(
    *, tick: Callable[[], datetime] = clock.now, stopping: Callable[[], bool] = lambda: False, heart: Heart = beating
) -> bool:
    """Claim the next due job and run it; False when there is none."""
    claimed = claim(now=tick())
    if claimed is None:
        return False
    work = Work(claimed, tick=tick, stopping=stopping)
    with acting(claimed.actor), translation.override(claimed.language):
        _run(claimed, work, heart)
    return True


def run_all(*, tick: Callable[[], datetime] = clock.now) -> int:
    """Run what is queued here and now, in the caller's transaction and thread: for tests and commands."""
    count = 0
    while run_next(tick=tick, heart=beating_inline):
        count += 1
    return count


def _run(claimed: Claimed, work: Work, heart: Heart) -> None:
    ending = _ending_before_start(claimed, work)
    if ending is None:
        if claimed.is_first:
            _record_start(claimed, at=work.tick())
        ending = _attempt(claimed, work, heart)
    if ending is not None and not settle(claimed, ending, now=work.tick()):
        log.warning("job %s was settled by another worker", claimed.id)


def _ending_before_start(claimed: Claimed, work: Work) -> Ending | None:
    """What can be said without running: cancelled while its worker was dead, or deadly to every worker."""
    if claimed.cancel_asked:
        return _ending(work, Job.State.CANCELLED)
    if claimed.crashes >= MOST_CRASHES:
        said = _("Its worker died %(n)s times at the same place: after %(done)s done, with nothing saved in between.")
        return _ending(work, Job.State.FAILED, problem=said % {"n": claimed.crashes, "done": claimed.done})
    if find_kind(claimed.kind) is None:
        return _ending(work, Job.State.FAILED, problem=_("This version of Signalbox does not know such jobs any more."))
    return None


def _attempt(claimed: Claimed, work: Work, heart: Heart) -> Ending | None:
    """Run once; None when the job goes on elsewhere."""
    kind = find_kind(claimed.kind)
    assert kind is not None
    try:
        with heart(work):
            result = kind.run(work) or {}
    except Cancelled as cancelled:
        return _ending(work, Job.State.CANCELLED, result=cancelled.result)
    except LeaseLost:
        log.warning("job %s was taken over by another worker", claimed.id)
    except Interrupted:
        give_back(claimed, due_at=work.tick(), crashed=False)
    except InputRefused as refused:
        return _ending(work, Job.State.FAILED, problem=_told(refused))
    except (OperationalError, InterfaceError) as error:
        return _after_database_error(claimed, work, error)
    except Exception as error:  # whatever a kind's code raises: the job says so, the worker goes on
        log.exception("job %s (%s) failed", claimed.id, claimed.kind)
        said = _("It stopped on an error of ours (%(error)s). The log holds the details under the job's id.")
        return _ending(work, Job.State.FAILED, problem=said % {"error": type(error).__name__})
    else:
        return _ending(work, Job.State.DONE, result=result)
    return None


def _after_database_error(claimed: Claimed, work: Work, error: Exception) -> Ending | None:
    """A statement that was broken off by a cancel, or a database that was away for a moment."""
    connection.close_if_unusable_or_obsolete()
    if work.cancel_asked:
        return _ending(work, Job.State.CANCELLED)
    if work.lost:
        return None
    log.warning("job %s met a database error", claimed.id, exc_info=error)
    if claimed.crashes + 1 >= MOST_CRASHES:
        said = _("The database refused %(n)s times in a row: %(error)s")
        line = str(error).partition("\n")[0][:200]
        return _ending(work, Job.State.FAILED, problem=said % {"n": MOST_CRASHES, "error": line})
    give_back(claimed, due_at=work.tick() + PAUSE, crashed=True)
    return None


def _ending(work: Work, state: str, *, result: Mapping[str, Any] | None = None, problem: str = "") -> Ending:
    total = work.done if state == Job.State.DONE and work.whole is None else work.whole
    return Ending(state=state, done=work.done, total=total, said=work.said, result=result or {}, problem=problem)


def _told(refused: InputRefused) -> str:
    return "; ".join(f"{problem.path or '/'}: {told(problem)}" for problem in refused.problems)


def _record_start(claimed: Claimed, *, at: datetime) -> None:
    audit.record(
        "job.started",
        workspace_id=claimed.workspace_id,
        object_kind="job",
        object_id=claimed.id,
        payload={"kind": claimed.kind},
        at=at,
    )
