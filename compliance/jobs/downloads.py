"""Hands out the file that came of a job: streamed, and noted on the trail."""

from datetime import datetime
from urllib.parse import quote

from django.http import StreamingHttpResponse

from compliance import audit
from compliance.jobs.files import StoredFile, find_file, pieces
from compliance.jobs.models import Job
from config.kit.actors import Actor


def file_of(job: Job) -> StoredFile | None:
    """Return the job's file, if it has one that has not expired."""
    named = job.result.get("file")
    return find_file(job.workspace_id, named["id"]) if isinstance(named, dict) else None


def streamed(job: Job, file: StoredFile, *, actor: Actor, now: datetime) -> StreamingHttpResponse:
    """Answer the file piece by piece."""
    audit.record(
        "job.file_taken",
        workspace_id=job.workspace_id,
        object_kind="job",
        object_id=job.pk,
        payload={"kind": job.kind, "size": file.size, "sha256": file.digest},
        actor=actor,
        at=now,
    )
    response = StreamingHttpResponse(pieces(file), content_type=file.content_type)
    response.headers["Content-Length"] = str(file.size)
    response.headers["Content-Disposition"] = disposition(file.name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def disposition(name: str) -> str:
    """Return the header that makes a browser save the answer under `name`, whatever letters that has."""
    plain = "".join(sign if sign.isascii() and sign.isprintable() and sign not in '"\\' else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
