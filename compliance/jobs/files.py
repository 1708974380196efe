"""Files as rows of chunks in PostgreSQL: stored from a stream, read as a stream, forgotten after their time."""

import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from compliance.jobs.models import JobFile
from config.kit.bulk import bulk_cursor
from config.kit.ids import uuid7

CHUNK: Final = 512 * 1024
UNFINISHED: Final = timedelta(days=1)
"""A file that was never completed (a broken upload, a killed worker) is forgotten after a day."""
ADD: Final = "insert into compliance_jobfilechunk (workspace_id, file_id, number, data) values (%s, %s, %s, %b)"
CHUNK_OF: Final = "select data from compliance_jobfilechunk where file_id = %s and number = %s and workspace_id = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A whole file: where it lies, what it is called, how large it is, and its SHA-256."""

    id: UUID
    workspace_id: int
    name: str
    content_type: str
    size: int
    digest: str
    expires_at: datetime


class Writer:
    """Takes bytes in pieces of any length and stores them in equal chunks; `finish` makes the file whole."""

    def __init__(self, *, workspace_id: int, name: str, content_type: str, now: datetime) -> None:
        self._workspace_id = workspace_id
        self._now = now
        self._pending = bytearray()
        self._number = 0
        self._digest = hashlib.sha256()
        self.size = 0
        self.row = JobFile.objects.create(
            id=uuid7(at_ms=int(now.timestamp() * 1000)),
            workspace_id=workspace_id,
            name=plain_name(name),
            content_type=content_type[:100],
            created_at=now,
            expires_at=now + UNFINISHED,
        )

    def write(self, data: bytes) -> int:
        """Take the next bytes."""
        self._digest.update(data)
        self.size += len(data)
        self._pending += data
        while len(self._pending) >= CHUNK:
            self._flush(bytes(self._pending[:CHUNK]))
            del self._pending[:CHUNK]
        return len(data)

    def finish(self) -> StoredFile:
        """Store the rest; from now on others may read the file, until it expires."""
        with transaction.atomic():
            if self._pending:
                self._flush(bytes(self._pending))
            self.row.size, self.row.digest = self.size, self._digest.hexdigest()
            self.row.expires_at = self._now + timedelta(days=settings.JOBS_KEEP_FILES_DAYS)
            self.row.save(update_fields=["size", "digest", "expires_at"])
        return _stored(self.row)

    def discard(self) -> None:
        """Forget what was stored so far."""
        self.row.delete()

    def _flush(self, data: bytes) -> None:
        with bulk_cursor() as cursor:
            cursor.execute(ADD, [self._workspace_id, self.row.pk, self._number, data])
        self._number += 1


def store(chunks: Iterable[bytes], *, workspace_id: int, name: str, content_type: str, now: datetime) -> StoredFile:
    """Store a stream, holding no more of it in memory than one chunk; what breaks off leaves nothing behind."""
    writer = Writer(workspace_id=workspace_id, name=name, content_type=content_type, now=now)
    try:
        for chunk in chunks:
            writer.write(chunk)
    except BaseException:
        writer.discard()
        raise
    return writer.finish()


def find_file(workspace_id: int, file_id: UUID | str) -> StoredFile | None:
    """Return what is known of a whole file of this workspace; None also once it has expired."""
    row = JobFile.objects.filter(workspace_id=workspace_id, pk=file_id, size__isnull=False).first()
    return _stored(row) if row else None


def stored_files(workspace_id: int) -> Iterator[StoredFile]:
    """Yield the whole files of a workspace."""
    for row in JobFile.objects.filter(workspace_id=workspace_id, size__isnull=False).order_by("pk"):
        yield _stored(row)


class FileReader(io.RawIOBase):
    """A stored file as Python reads files: one chunk in memory at a time, and it may start anywhere."""

    def __init__(self, file: StoredFile, *, offset: int = 0) -> None:
        self._file = file
        self._at = offset
        self._number = -1
        self._data: bytes = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to an offset; the chunk that holds it is read when it is asked for."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._file.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        if self._at >= self._file.size or not len(view):
            return 0
        start = self._at % CHUNK
        piece = self._chunk(self._at // CHUNK)[start : start + len(view)]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _chunk(self, number: int) -> bytes:
        if number != self._number:
            with bulk_cursor() as cursor:
                cursor.execute(CHUNK_OF, [self._file.id, number, self._file.workspace_id])
                row = cursor.fetchone()
            if row is None:
                raise FileNotFoundError(f"{self._file.name} has expired and was deleted")
            self._data, self._number = bytes(row[0]), number
        return self._data


def open_file(file: StoredFile, *, offset: int = 0) -> io.BufferedReader:
    """Open a stored file for reading, from `offset`."""
    return io.BufferedReader(FileReader(file, offset=offset), CHUNK)


def pieces(file: StoredFile) -> Iterator[bytes]:
    """Yield the file chunk by chunk, for a streaming answer."""
    with open_file(file) as reader:
        while piece := reader.read(CHUNK):
            yield piece


def forget_file(workspace_id: int, file_id: UUID) -> None:
    """Delete a file now."""
    JobFile.objects.filter(workspace_id=workspace_id, pk=file_id).delete()


def forget_expired(*, now: datetime, limit: int = 1000) -> int:
    """Delete the files whose time is over, one transaction each; return how many."""
    expired = JobFile.objects.filter(expires_at__lte=now).order_by("expires_at")[:limit]
    return sum(bool(row.delete()[0]) for row in expired)


def plain_name(name: str) -> str:
    """Return a file name without a path and without characters that mean something to a file system or a header."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(sign for sign in last if sign.isprintable() and sign not in '"<>:|?*;')
    return kept.strip(" .")[-200:] or "file"


def _stored(row: JobFile) -> StoredFile:
    return StoredFile(
        id=row.pk,
        workspace_id=row.workspace_id,
        name=row.name,
        content_type=row.content_type,
        size=row.size or 0,
        digest=row.digest,
        expires_at=row.expires_at,
    )
