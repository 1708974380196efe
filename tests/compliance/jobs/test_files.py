"""Files of jobs are stored and read piece by piece, forgotten in time, and never another workspace's."""

import csv
import hashlib
import io
from datetime import timedelta

import pytest

from compliance import jobs
from compliance.audit.models import AuditEntry
from compliance.jobs import files, upkeep
from compliance.jobs.exporting import cell
from compliance.jobs.models import Job, JobFile, JobFileChunk
from config.kit import clock
from tests import factories
from tests.compliance.jobs.kinds import start
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace():
    return factories.workspace()


def stored(workspace, *pieces, name="a.csv"):
    return jobs.store(pieces, workspace_id=workspace.pk, name=name, content_type="text/csv", now=NOON)


def test_a_stream_comes_back_byte_for_byte_from_any_offset(workspace, monkeypatch):
    monkeypatch.setattr(files, "CHUNK", 10)
    whole = bytes(range(256)) * 3
    file = stored(workspace, whole[:7], b"", whole[7:300], whole[300:])
    assert (file.size, file.digest) == (len(whole), hashlib.sha256(whole).hexdigest())
    assert {len(bytes(chunk.data)) for chunk in JobFileChunk.objects.all()} == {10, 8}
    assert b"".join(jobs.pieces(file)) == whole
    for offset in (0, 9, 10, 11, 767, 768, 1000):
        assert jobs.open_file(file, offset=offset).read() == whole[offset:]
    reader = jobs.open_file(file)
    reader.seek(-5, io.SEEK_END)
    assert (reader.tell(), reader.read()) == (763, whole[-5:])


def test_an_upload_that_breaks_off_leaves_nothing(workspace):
    def broken():
        yield b"x" * 100
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        jobs.store(broken(), workspace_id=workspace.pk, name="a", content_type="text/csv", now=NOON)
    assert not JobFile.objects.exists()


def test_files_expire_and_take_their_chunks_along(workspace, settings):
    settings.JOBS_KEEP_FILES_DAYS = 3
    file = stored(workspace, b"abc")
    assert files.forget_expired(now=NOON + timedelta(days=3) - timedelta(seconds=1)) == 0
    assert files.forget_expired(now=NOON + timedelta(days=3)) == 1
    assert jobs.find_file(workspace.pk, file.id) is None
    assert not JobFileChunk.objects.exists()
    with pytest.raises(FileNotFoundError):
        jobs.open_file(file).read()


def test_an_unfinished_file_is_nobody_s_and_goes_after_a_day(workspace):
    writer = jobs.Writer(workspace_id=workspace.pk, name="a", content_type="text/csv", now=NOON)
    assert jobs.find_file(workspace.pk, writer.row.pk) is None
    assert files.forget_expired(now=NOON + timedelta(days=1)) == 1


def test_another_workspace_s_file_is_not_found(workspace):
    assert jobs.find_file(factories.workspace().pk, stored(workspace, b"abc").id) is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\a\\客户.csv", "客户.csv"), ('a"b\r\n.csv', "ab.csv"), ("..", "file")],
)
def test_a_file_name_is_a_name_and_no_path(given, kept):
    assert files.plain_name(given) == kept


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("+8613800000000", "+8613800000000"),
        ("-3.5", "-3.5"),
        (-3, "-3"),
        (None, ""),
        (True, "true"),
        (NOON, "2026-03-02T12:00:00+00:00"),
        (["=a", 1], '["=a",1]'),
        ("a=b", "a=b"),
    ],
)
def test_a_cell_is_never_a_formula(value, written):
    assert cell(value) == written


def test_an_export_streams_rows_with_a_bom_and_is_on_the_trail(workspace):
    job = start(workspace, "tests.export", rows=2500)
    with clock.at(NOON):
        jobs.run_all()
    job.refresh_from_db()
    file = jobs.find_file(workspace.pk, job.result["file"]["id"])
    raw = b"".join(jobs.pieces(file))
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert raw.startswith(b"\xef\xbb\xbf")
    assert (len(rows), job.done, job.result["rows"]) == (2501, 2500, 2500)
    assert rows[7] == ["6", "'=cmd|6", "", "-3", "+8613800000000"]
    entry = AuditEntry.objects.get(action="data.exported")
    assert (entry.payload["rows"], entry.payload["sha256"], entry.actor) == (2500, file.digest, "Ada Operator")


def test_jobs_that_ended_long_ago_are_forgotten(workspace):
    start(workspace, to=1)
    with clock.at(NOON):
        jobs.run_all()
    assert upkeep.forget(now=NOON + upkeep.KEEP_JOBS - timedelta(seconds=1))[1] == 0
    assert upkeep.forget(now=NOON + upkeep.KEEP_JOBS)[1] == 1
    assert not Job.objects.exists()
