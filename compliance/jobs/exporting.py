"""Writes rows to a file that people download: CSV that no spreadsheet mistakes for formulas, or JSON lines."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

import msgspec
from django.db import transaction

from compliance import audit
from compliance.jobs.files import StoredFile, Writer
from compliance.jobs.work import Work

BOM: Final = b"\xef\xbb\xbf"
"""Without it spreadsheets read UTF-8 as the system's own encoding, and Chinese as nonsense."""
ROWS_AT_ONCE: Final = 1000
DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
NUMBER: Final = re.compile(r"[-+]?\d+(?:\.\d+)?", re.ASCII)


def write_csv(
    work: Work, *, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]], total: int | None = None
) -> Mapping[str, Any]:
    """Stream `rows` into a CSV file and return the result of the job; progress, cancel and audit are seen to."""
    form = _Form(name=name, content_type="text/csv; charset=utf-8", columns=list(header), encode=_lines)
    return _write(work, form, rows, first=BOM + _lines([header]), total=total)


def write_jsonl(
    work: Work, *, name: str, rows: Iterable[Mapping[str, Any]], total: int | None = None
) -> Mapping[str, Any]:
    """Stream `rows` into a file of one JSON object per line; otherwise like `write_csv`."""
    form = _Form(name=name, content_type="application/jsonl", columns=[], encode=_objects)
    return _write(work, form, rows, first=b"", total=total)


def csv_pieces(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield the same CSV piece by piece, for a streaming answer that needs no job."""
    yield BOM + _lines([header])
    for some in _batches(rows):
        yield _lines(some)


def cell(value: Any) -> str:
    """Write a value so that a spreadsheet shows it and never runs it.

    Text that begins like a formula gets an apostrophe in front, which spreadsheets take for "this is text"; plain
    numbers, a phone number with its plus among them, are left as they are.
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return f"'{value}" if value.startswith(DANGEROUS) and not NUMBER.fullmatch(value) else value
        case datetime() | date():
            return value.isoformat()
        case list() | tuple() | dict():
            return cell(msgspec.json.encode(value).decode())
        case _:
            return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    name: str
    content_type: str
    columns: list[str]
    encode: Callable[[Sequence[Any]], bytes]


def _write(work: Work, form: _Form, rows: Iterable[Any], *, first: bytes, total: int | None) -> Mapping[str, Any]:
    work.total(total)
    work.done = 0  # an attempt that was cut off left no file: this one begins anew
    given: dict[str, Any] = {"name": form.name, "content_type": form.content_type, "now": work.tick()}
    writer = Writer(workspace_id=work.workspace_id, **given)
    try:
        writer.write(first)
        for some in _batches(rows):
            writer.write(form.encode(some))
            work.advance(len(some))
    except BaseException:
        writer.discard()
        raise
    with transaction.atomic():
        file = writer.finish()
        _record(work, file, form.columns)
    return {"rows": work.done, "file": file_result(file)}


def file_result(file: StoredFile) -> dict[str, Any]:
    """Return how a job's result names the file that came of it: that is what the download link looks for."""
    return {"id": str(file.id), "name": file.name, "size": file.size, "sha256": file.digest}


def _record(work: Work, file: StoredFile, columns: list[str]) -> None:
    figures = {"rows": work.done, "columns": columns, "size": file.size, "sha256": file.digest}
    entry: dict[str, Any] = {"workspace_id": work.workspace_id, "object_kind": "job", "object_id": work.id}
    audit.record("data.exported", **entry, payload=figures, actor=work.actor, at=work.tick())


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    waiting = iter(rows)
    while some := list(islice(waiting, ROWS_AT_ONCE)):
        yield some


def _lines(rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def _objects(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
