"""What each forked part does: a Celery worker, the beat, the web server, or a management command."""

import gc
import hashlib
import os
import resource
import signal
import sys
import warnings
from collections.abc import Callable
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from celery import signals
from celery.apps.beat import Beat
from celery.exceptions import SecurityWarning
from celery.worker import state
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.template import engines
from django.utils import translation
from django.utils.module_loading import import_string
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from kombu.transport import get_transport_cls

from config.celery import app
from config.embedded.children import die_with_parent

LARGEST_WORKER = 500 * 1024 * 1024
# What Celery and the database pool import late, in each process for itself; imported early the pages are shared.
NEEDED_BY_MOST = (
    "celery.concurrency.solo",
    "celery.events.state",
    "celery.worker.autoscale",
    "celery.worker.consumer.consumer",
    "celery.worker.control",
    "celery.worker.loops",
    "config.consumer",
    "psycopg_pool",
)
# How many seconds a stopping web process gets for what it has begun; a live page's stream would take minutes.
LAST_WORDS = 5
MIGRATION_LOCK = 0x516E_A1B0


def preload() -> None:
    """Import all that the parts need, before any of them is forked, and keep the collector off those pages."""
    os.environ.setdefault("CELERY_SKIP_CHECKS", "1")  # the management command has checked already
    app.loader.import_default_modules()
    app.finalize()
    for module in (settings.ROOT_URLCONF, *NEEDED_BY_MOST):
        import_module(module)
    get_transport_cls(urlsplit(app.conf.broker_url).scheme.split("+")[0])
    for middleware in settings.MIDDLEWARE:
        import_string(middleware)
    engines.all()
    for language, _name in settings.LANGUAGES:
        translation.activate(language)
    translation.deactivate()
    gc.collect()
    gc.freeze()


def worker(queue: str) -> None:
    """Work on one queue, one task at a time; a task past its hard limit takes the process with it.

    Each worker process is a fork of the supervisor's, not of a Celery parent's: that saves a parent per queue,
    and whichever process is killed (by us, the kernel or a crash of native code) is back in a fraction of a second.
    """
    _use_lasting_connections()
    warnings.simplefilter("ignore", SecurityWarning)  # as root we are only where root was asked for
    program = app.Worker(
        hostname=f"{queue}-{os.getpid()}@{os.uname().nodename}",
        queues=[queue],
        concurrency=1,
        pool="solo",
        loglevel="INFO",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    signals.task_prerun.connect(_start_the_clock, weak=False)
    signals.task_postrun.connect(_stop_the_clock, weak=False)
    program.start()
    raise SystemExit(program.exitcode)


def _start_the_clock(task: Any, **_: Any) -> None:
    """Set the kernel's alarm to the task's hard limit; nothing in Python can miss or outlive it."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, task.time_limit or app.conf.task_time_limit)


def _stop_the_clock(**_: Any) -> None:
    """Leave after a task that has let the process grow too large; a fresh one follows."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    if largest_memory() > LARGEST_WORKER:
        state.should_stop = os.EX_OK  # type: ignore[assignment]


def largest_memory() -> int:
    """Return how many bytes of memory this process held at most."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _use_lasting_connections() -> None:
    """A worker process runs one task at a time: one connection that is checked before each task, and no pool."""
    database = connections.settings["default"]
    database["OPTIONS"] = {key: value for key, value in database["OPTIONS"].items() if key != "pool"}
    database["CONN_MAX_AGE"] = None
    database["CONN_HEALTH_CHECKS"] = True


def beat() -> None:
    """Send the repeating hints; nothing about them is worth keeping on disk."""
    Beat(app=app, scheduler_cls="config.beat:HintScheduler", loglevel="WARNING", quiet=True).run()


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
        workers_kill_timeout=LAST_WORDS,
        websockets=False,
        log_level=LogLevels.error,  # its only warning is about the threads, most of which wait in streams
    ).serve(target_loader=_load_web, wrap_loader=False)


def _load_web() -> Callable[..., Any]:
    die_with_parent(os.getppid(), by=signal.SIGKILL)
    return get_wsgi_application()


def command(name: str, *arguments: str) -> None:
    """Run a management command; what it refuses to do it says in its own words."""
    try:
        call_command(name, *arguments)
    except CommandError as refusal:
        sys.stderr.write(f"{name}: {refusal}\n")
        raise SystemExit(refusal.returncode) from None


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
