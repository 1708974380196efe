"""The embedded database: made once, closed to others, and whole again after a kill."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from config.embedded import places
from config.embedded.postgres import Postgres, State
from config.env import BASE
from tests.installation import wait_until
from tests.throwaway import end

pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[Postgres]:
    directory = Path(tempfile.mkdtemp(prefix="sb-pg-"))
    directory.chmod(0o711)
    server = Postgres(directory=directory / "postgres", durable=False)
    yield server
    shutil.rmtree(directory, ignore_errors=True)


def started(server: Postgres) -> subprocess.Popen[bytes]:
    child = server.start(log=server.directory.parent / "log")
    wait_until(lambda: server.state() is State.READY, what="readiness")
    return child


def ask(server: Postgres, statement: str) -> list[tuple]:
    address = f"host={server.sockets} user={places.ROLE} dbname={places.DATABASE}"
    with psycopg.connect(address, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_it_sorts_by_code_point_keeps_utf_8_and_opens_no_port(server):
    child = started(server)
    wanted = "show listen_addresses", "show server_encoding", "select datlocprovider::text from pg_database limit 1"
    assert [ask(server, statement)[0][0] for statement in wanted] == ["", "UTF8", "b"]
    end(child)


def test_only_its_owner_gets_at_data_and_sockets(server):
    child = started(server)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (server.directory, server.data, server.sockets)}
    assert modes == {0o700}
    end(child)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_the_kernels_word_counts_not_the_claimed_name(server):
    child = started(server)
    address = f"host={server.sockets} user={places.ROLE} dbname={places.DATABASE}"
    server.directory.chmod(0o711)
    server.sockets.chmod(0o711)
    (server.sockets / ".s.PGSQL.5432").chmod(0o777)
    code = f"import os; os.setuid(65534); import psycopg; psycopg.connect({address!r})"
    preloaded = f"import psycopg; {code}"
    done = subprocess.run([sys.executable, "-c", preloaded], capture_output=True, text=True, check=False)
    assert "Peer authentication failed" in done.stderr
    end(child)


def test_data_outlives_a_stop_and_a_kill(server):
    server = replace(server, durable=True)
    child = started(server)
    ask(server, "create table kept (n int); insert into kept values (1)")
    end(child)
    child = started(server)
    ask(server, "insert into kept values (2)")
    child.kill()
    child.wait()
    child = started(server)
    assert ask(server, "select n from kept order by n") == [(1,), (2,)]
    end(child)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
def test_programs_that_the_service_user_cannot_reach_are_run_from_a_copy(server, monkeypatch):
    monkeypatch.setattr(places, "SHARED_HOME", server.directory.parent / "shared")
    monkeypatch.setattr(places, "_runnable", lambda directory, owner: False)
    child = started(server)
    assert Path(f"/proc/{child.pid}/exe").resolve().is_relative_to(places.SHARED_HOME)
    end(child)


def test_a_half_made_data_directory_is_made_anew(server):
    places.own_directory(server.directory, places.account())
    partial = server.directory / "data.partial"
    partial.mkdir()
    (partial / "rest").write_text("of a broken-off start")
    child = started(server)
    assert not partial.exists()
    end(child)


def test_somebody_elses_live_server_is_left_alone(server):
    child = started(server)
    with pytest.raises(places.Unusable, match="already runs"):
        server.start(log=server.directory.parent / "log")
    assert server.state() is State.READY
    end(child)


def test_an_orphan_is_stopped_and_replaced(server):
    server.create()
    orphan = textwrap.dedent(
        f"""
        from pathlib import Path
        from config.embedded import children
        from config.embedded.postgres import Postgres
        children.die_with_parent = lambda parent, by: None
        directory = Path({str(server.directory)!r})
        Postgres(directory=directory, durable=False).start(log=directory / "log")
        """
    )
    subprocess.run([sys.executable, "-c", orphan], cwd=BASE, check=True)
    wait_until(lambda: server.state() is State.READY, what="the orphan's readiness")
    old = server.postmaster()
    child = started(server)
    assert server.postmaster() == child.pid != old
    end(child)


def test_a_dead_servers_lock_file_with_a_reused_number_is_forgotten(server):
    child = started(server)
    child.kill()
    child.wait()
    lock = server.data / "postmaster.pid"
    lock.write_text(lock.read_text().replace(str(child.pid), str(os.getpid()), 1))
    end(started(server))


def test_data_of_another_version_is_refused_with_the_way_out(server):
    end(started(server))
    (server.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(places.Unusable, match="pg_dump"):
        server.start(log=server.directory.parent / "log")


def test_a_path_that_suits_no_url_gets_its_sockets_elsewhere():
    long, spaced = places.sockets(Path("/var/" + "deep/" * 30)), places.sockets(Path("/var/my clone/postgres"))
    assert {long.parent, spaced.parent} == {Path("/tmp")}
    assert places.sockets(Path("/srv/postgres")) == Path("/srv/postgres/run")


def test_it_shuts_down_cleanly_when_its_parent_is_killed(server):
    server.create()
    parent = textwrap.dedent(
        f"""
        import time
        from pathlib import Path
        from config.embedded.postgres import Postgres
        Postgres(directory=Path({str(server.directory)!r})).start(log=Path({str(server.directory)!r}) / "log")
        time.sleep(60)
        """
    )
    running = subprocess.Popen([sys.executable, "-c", parent], cwd=BASE)
    wait_until(lambda: server.state() is State.READY, what="readiness")
    running.send_signal(signal.SIGKILL)
    running.wait()
    wait_until(lambda: server.postmaster() is None, timeout=5, what="its end")
    assert "database system is shut down" in (server.directory / "log").read_text()
