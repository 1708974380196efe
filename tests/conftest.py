"""What every test may ask for, and the throw-away servers behind it."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connection

from config.embedded.broker import Broker
from tests import steady_ast, throwaway

_servers = ExitStack()
steady_ast.install()


def pytest_sessionstart(session: pytest.Session) -> None:
    if throwaway.is_meant() and not hasattr(session.config, "workerinput"):
        _servers.enter_context(throwaway.running_postgres())


def pytest_unconfigure(config: pytest.Config) -> None:
    _servers.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Let tests that commit be cleaned up by TRUNCATE, which the audit trail's guard refuses everywhere else."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("alter table compliance_auditentry disable trigger audit_no_truncate")


@pytest.fixture
def guarded_audit(db) -> Iterator[None]:
    """The audit trail exactly as in production, for tests of its guards."""
    with connection.cursor() as cursor:
        cursor.execute("alter table compliance_auditentry enable always trigger audit_no_truncate")
    yield
    with connection.cursor() as cursor:
        cursor.execute("alter table compliance_auditentry disable trigger audit_no_truncate")


@pytest.fixture(autouse=True)
def _empty_event_tables(request, django_db_blocker) -> Iterator[None]:
    """Django's clean-up after committing tests leaves out tables that it does not manage: the partitioned ones."""
    yield
    marker = request.node.get_closest_marker("django_db")
    commits = "transactional_db" in request.fixturenames or bool(marker and marker.kwargs.get("transaction"))
    if commits:
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("truncate audiences_event, audiences_event_key")


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """A real broker for the tests that ask for one."""
    with tempfile.TemporaryDirectory(prefix="sb-broker-") as directory:
        Path(directory).chmod(0o711)
        with throwaway.running_broker(Path(directory) / "broker") as running:
            yield running
