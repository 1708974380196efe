"""What each forked part does: a Celery worker, the beat, the web server, or a management command."""

import gc
import hashlib
import os
import signal
from collections.abc import Callable
from importlib import import_module
from typing import Any

from celery import signals
from celery.apps.beat import Beat
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from config.celery import app
from config.embedded.children import die_with_parent
from config.kit import queues

# durable_rules keeps a little memory per program; a fresh process now and then bounds it.
TASKS_PER_RULES_PROCESS = 20_000
MIGRATION_LOCK = 0x516E_A1B0


def preload() -> None:
    """Import all that the parts need, before any of them is forked, and keep the collector off those pages."""
    os.environ.setdefault("CELERY_SKIP_CHECKS", "1")  # the management command has checked already
    app.loader.import_default_modules()
    app.finalize()
    import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()


def worker(queue: str, *, processes: int) -> None:
    """Work on one queue, in `processes` children that a hard time limit can kill."""
    signals.worker_process_init.connect(_follow_worker, weak=False)
    _use_lasting_connections()
    program = app.Worker(
        hostname=f"{queue}@{os.uname().nodename}-{os.getpid()}",
        queues=[queue],
        concurrency=processes,
        pool="prefork",
        loglevel="INFO",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        max_tasks_per_child=TASKS_PER_RULES_PROCESS if queue == queues.RULES else None,
    )
    program.start()
    raise SystemExit(program.exitcode)


def _follow_worker(**_: Any) -> None:
    die_with_parent(os.getppid(), by=signal.SIGKILL)


def _use_lasting_connections() -> None:
    """A worker process runs one task at a time: one connection that is checked before each task, and no pool."""
    database = connections.settings["default"]
    database["OPTIONS"] = {key: value for key, value in database["OPTIONS"].items() if key != "pool"}
    database["CONN_MAX_AGE"] = None
    database["CONN_HEALTH_CHECKS"] = True


def beat() -> None:
    """Send the repeating hints; nothing about them is worth keeping on disk."""
    Beat(app=app, scheduler_cls="celery.beat:Scheduler", loglevel="WARNING", quiet=True).run()


def web() -> None:
    """Serve WSGI; the listening process keeps `WEB_WORKERS` forked ones, which die with it."""
    Granian(
        "config.wsgi:application",
        address=settings.HOST,
        port=settings.PORT,
        interface=Interfaces.WSGI,
        workers=settings.WEB_WORKERS,
        blocking_threads=settings.WEB_THREADS,
        backpressure=settings.WEB_THREADS * 16,
        respawn_failed_workers=True,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve(target_loader=_load_web, wrap_loader=False)


def _load_web() -> Callable[..., Any]:
    die_with_parent(os.getppid(), by=signal.SIGKILL)
    return get_wsgi_application()


def command(name: str, *arguments: str) -> None:
    """Run a management command."""
    call_command(name, *arguments)


def migrate() -> None:
    """Bring the tables up to date; of several machines that start together, one does it and the others wait."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [MIGRATION_LOCK])
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def collect_static() -> None:
    """Gather, hash and compress the static files, unless nothing about them changed since the last time."""
    stamp = settings.STATIC_ROOT / ".stamp"
    state = _static_state()
    if stamp.exists() and stamp.read_text() == state:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(state)


def _static_state() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            digest.update(f"{path} {storage.size(path)} {storage.get_modified_time(path).timestamp()}\n".encode())
    return digest.hexdigest()
