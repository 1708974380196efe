"""Takes a file from a request straight into storage, and refuses a hopeless one before the rest of it has come in."""

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest

from audiences.imports.limits import MAX_LINE
from compliance.jobs import StoredFile, Writer, forget_file
from config.kit.errors import InputRefused, Problem, refuse
from config.kit.phrases import phrase

MOST_HEARD_OUT: Final = 32 * 1024 * 1024
"""What a client may still say after its file was refused: most hear the answer only when they have said all."""


class Stored(UploadedFile):  # type: ignore[type-arg]  # generic for the type checker alone
    """The upload as the request shows it: its bytes lie in storage already."""

    def __init__(self, file: StoredFile) -> None:
        super().__init__(name=file.name, content_type=file.content_type, size=file.size)
        self.stored = file


class IntoStorage(FileUploadHandler):
    """Writes the first file of a request into storage, chunk by chunk; nothing of it touches a disk or stays in memory.

    A line that never ends, or a file that is too large, is noticed on the way: `problem` then says what was wrong.
    """

    chunk_size = 256 * 1024

    def __init__(self, request: HttpRequest, *, workspace_id: int, now: datetime) -> None:
        super().__init__(request)
        self._workspace_id, self._now = workspace_id, now
        self._writer: Writer | None = None
        self._line = 0
        self.problem: Problem | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Open the storage for the first file; further ones are left out."""
        super().new_file(*args, **kwargs)
        if self._writer is not None:
            raise SkipFile
        given = {"name": self.file_name or "file", "content_type": self.content_type or "application/octet-stream"}
        self._writer = Writer(workspace_id=self._workspace_id, now=self._now, **given)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Store the next piece, unless the file has turned out to be hopeless."""
        assert self._writer is not None
        feed = raw_data.rfind(b"\n")
        first = raw_data.find(b"\n") if feed >= 0 else len(raw_data)
        if self._line + first > MAX_LINE:
            said = phrase(
                "has a line of more than %(most)s bytes (it begins at byte %(start)s)",
                most=MAX_LINE,
                start=max(0, start - self._line),
            )
            self._refuse(said, phrase("Each row must be a line of its own. Is this a CSV or JSON lines file?"))
        self._line = len(raw_data) - feed - 1 if feed >= 0 else self._line + len(raw_data)
        if self._writer.size + len(raw_data) > settings.IMPORT_LARGEST_FILE_MB * 1024 * 1024:
            self._refuse(
                phrase(
                    "is larger than %(most)s MB",
                    most=settings.IMPORT_LARGEST_FILE_MB,
                ),
                phrase("Split it, and import the parts."),
            )
        self._writer.write(raw_data)

    def file_complete(self, file_size: int) -> Stored | None:
        """Make the file whole."""
        return Stored(self._writer.finish()) if self._writer else None

    def forget(self) -> None:
        """Take back what was stored: the request turned out to be one that must not be carried out."""
        if self._writer is not None:
            forget_file(self._workspace_id, self._writer.row.pk)

    def upload_interrupted(self) -> None:
        """Forget what a broken-off request had sent."""
        self._discard()

    def _refuse(self, message: str, hint: str) -> None:
        self.problem = Problem(path="/file", message=message, hint=hint)
        self._discard()
        raise StopUpload(connection_reset=True)

    def _discard(self) -> None:
        if self._writer is not None:
            self._writer.discard()


def stored_file(request: HttpRequest, handler: IntoStorage, files: Any) -> StoredFile:
    """Return the file that the request brought; `InputRefused` if there is none, or why it was not taken."""
    if handler.problem is not None:
        _hear_out(request)
        raise InputRefused([handler.problem])
    upload = files.get("file")
    if not isinstance(upload, Stored):
        raise refuse("/file", phrase("is missing"), phrase("Send the file as the part `file` of a multipart form."))
    return upload.stored


def _hear_out(request: HttpRequest) -> None:
    left = MOST_HEARD_OUT
    try:
        while left > 0 and (piece := request.read(64 * 1024)):
            left -= len(piece)
    except OSError:  # the client has gone: there is nobody to answer
        return
