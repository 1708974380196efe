"""What the bench of imports runs in a process of its own: a fresh workspace, the file stored, the job run."""

import cProfile
import os
import pstats
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from django.core.management import call_command

from audiences.imports import jobs as kinds
from audiences.imports import verbs
from compliance import jobs
from compliance.access.workspaces import create_workspace
from compliance.jobs import running
from config.kit import clock
from config.kit.actors import SYSTEM

PLAN = {
    "what": "events",
    "event": "purchase",
    "columns": [
        {"column": "household_id", "to": "user_id"},
        {"column": "basket_id", "to": "field", "name": "order_id"},
        {"column": "store_id", "to": "field", "name": "store"},
        {"column": "ts", "to": "time"},
        {"column": "items", "to": "field", "name": "items", "type": "number"},
        {"column": "amount", "to": "field", "name": "amount", "type": "number"},
        {"column": "saved", "to": "field", "name": "saved", "type": "number"},
        {"column": "departments", "to": "field", "name": "departments", "type": "list"},
    ],
}


def main(arguments: Sequence[str]) -> None:
    if arguments[0] == "prepare":
        call_command("migrate", verbosity=0)
        return
    kinds.MOST_WAITING = 10**9  # nothing is processed meanwhile: the door is measured
    print(take(Path(arguments[1])))


def take(file: Path) -> float:
    """Import the file into a workspace of its own and return the seconds that the job took."""
    now = clock.now()
    workspace = create_workspace(f"bench-{time.time_ns()}", name="Bench", now=now)
    with file.open("rb") as source:
        stored = jobs.store(
            iter(lambda: source.read(65536), b""),
            workspace_id=workspace.pk,
            name=file.name,
            content_type="text/csv",
            now=now,
        )
    found = verbs.create(stored, actor=SYSTEM, now=now)
    verbs.set_plan(found, PLAN)
    job = verbs.start_run(found, actor=SYSTEM, now=now)
    profile = cProfile.Profile() if os.environ.get("PROFILE") else None
    started = time.perf_counter()
    if profile:
        profile.enable()
    running.run_next()
    seconds = time.perf_counter() - started
    if profile:
        profile.disable()
        pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(25)
    job.refresh_from_db()
    if job.state != "done" or job.result["refused"] or job.result["repeated"]:
        raise SystemExit(f"the import did not go well: {job.state} {job.problem} {job.result}")
    return seconds
