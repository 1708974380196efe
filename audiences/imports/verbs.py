"""What can be done with imports: make one of a stored file, say what its columns mean, try it, start it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from audiences.imports.jobs import CHECK, RUN
from audiences.imports.limits import PREVIEW_ROWS, SAMPLE, TRIAL_ROWS
from audiences.imports.mapping import CALLS, Plan, guess, plan_of
from audiences.imports.models import Import, RefusedRow, SavedMapping
from audiences.imports.reading import Reading, reading_of, sniff
from audiences.imports.records import Record, Records, keys_of
from audiences.imports.taking import Source, Taker
from audiences.imports.tally import Tally
from compliance import audit, jobs
from compliance.jobs import Job, StoredFile
from config.kit.actors import Actor
from config.kit.errors import Conflict, refuse
from config.kit.ids import uuid7
from config.kit.phrases import phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """The beginning of a file as it is read: its columns and first rows, refused ones with their fault."""

    columns: Sequence[str]
    rows: Sequence[Record]


def glimpse(file: StoredFile, reading: Reading, *, rows: int = PREVIEW_ROWS) -> Glimpse:
    """Read the first rows of a file."""
    with jobs.open_file(file) as reader:
        records = Records(reader, reading)
        if reading.form == "csv":
            columns = records.read_header()
            return Glimpse(columns=columns, rows=list(islice(records, rows)))
        first = [record.cells[0] for record in islice(records, TRIAL_ROWS)]
        records = Records(reader, reading)
        records.set_columns(keys_of(first))
        return Glimpse(columns=records.columns, rows=list(islice(records, rows)))


def create(file: StoredFile, *, actor: Actor, now: datetime) -> Import:
    """Make an import of a stored file, with everything guessed that can be."""
    if not file.size:
        raise refuse("/file", phrase("is empty"), phrase("Choose a file with at least one row."))
    with jobs.open_file(file) as reader:
        reading = sniff(reader.read(SAMPLE), name=file.name)
    found = glimpse(file, reading, rows=TRIAL_ROWS)
    plan = guess(found.columns, [record.cells for record in found.rows if not record.fault])
    if reading.form == "jsonl" and {"type", "userId"} <= set(found.columns):
        plan = replace(plan, what=CALLS, columns=())
    return Import.objects.create(
        id=uuid7(at_ms=int(now.timestamp() * 1000)),
        workspace_id=file.workspace_id,
        name=file.name,
        file_id=file.id,
        what=plan.what,
        reading=reading.as_json(),
        mapping=plan.as_json(),
        actor=actor.name[:200],
        created_at=now,
    )


def set_reading(found: Import, reading: Reading) -> None:
    """Read the file in another way; what its columns mean is guessed anew if it has other columns now."""
    _refuse_started(found)
    before, after = (glimpse(file_of(found), one, rows=1) for one in (reading_of(found.reading), reading))
    found.reading = reading.as_json()
    if list(before.columns) != list(after.columns):
        found.mapping = guess(after.columns, [record.cells for record in after.rows if not record.fault]).as_json()
        found.what = found.mapping["what"]
    found.save(update_fields=["reading", "mapping", "what"])


def set_plan(found: Import, document: Mapping[str, Any]) -> Plan:
    """Say what the columns mean; `InputRefused` names what is missing or wrong."""
    _refuse_started(found)
    header = None if document.get("what") == CALLS else glimpse(file_of(found), reading_of(found.reading)).columns
    plan = plan_of(document, header=header)
    found.mapping, found.what = plan.as_json(), plan.what
    found.save(update_fields=["mapping", "what"])
    return plan


def trial(found: Import, *, now: datetime, rows: int = TRIAL_ROWS) -> Tally:
    """Say what would become of the first rows; writes nothing."""
    file, tally = file_of(found), Tally()
    reading, plan = reading_of(found.reading), plan_of(found.mapping)
    with jobs.open_file(file) as reader:
        records = Records(reader, reading)
        if reading.form == "csv":
            records.read_header()
        else:
            records.set_columns([column.column for column in plan.columns])
        source = Source(
            workspace_id=found.workspace_id,
            import_id=str(found.pk),
            digest=file.digest[:32],
            plan=plan,
            columns=records.columns,
        )
        Taker(source, tally).check(list(islice(records, rows)), now=now)
    return tally


def start_check(found: Import, *, actor: Actor, now: datetime) -> Job:
    """Look through the whole file as a job."""
    return _start(found, CHECK, "check_id", actor=actor, now=now)


def start_run(found: Import, *, actor: Actor, now: datetime) -> Job:
    """Take the rows as a job. An import runs once; its file can be uploaded again."""
    with transaction.atomic():
        job = _start(found, RUN, "job_id", actor=actor, now=now)
        audit.record(
            "import.started",
            workspace_id=found.workspace_id,
            object_kind="import",
            object_id=found.pk,
            payload={"job": str(job.pk), "what": found.what, "sha256": file_of(found).digest},
            actor=actor,
            at=now,
        )
    return job


def _start(found: Import, kind: str, field: str, *, actor: Actor, now: datetime) -> Job:
    plan_of(found.mapping)
    file_of(found)
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=found.pk)
        _refuse_started(locked)
        arguments = {"import": str(found.pk)}
        given: dict[str, Any] = {"workspace_id": found.workspace_id, "title": found.name, "arguments": arguments}
        job = jobs.start(kind, **given, actor=actor, now=now)
        setattr(found, field, job.pk)
        found.save(update_fields=[field])
    return job


def _refuse_started(found: Import) -> None:
    if found.job_id is not None:
        raise Conflict(phrase("The import has been started already."))


def imports(workspace_id: int) -> QuerySet[Import]:
    """Return a workspace's imports; order and bounds are the caller's."""
    return Import.objects.filter(workspace_id=workspace_id)


def find_import(workspace_id: int, import_id: UUID) -> Import | None:
    """Return the import, if it is the workspace's."""
    return imports(workspace_id).filter(pk=import_id).first()


def file_of(found: Import) -> StoredFile:
    """Return the import's file; refused once it has expired."""
    file = jobs.find_file(found.workspace_id, found.file_id)
    if file is None:
        raise refuse("/file", phrase("has expired and was deleted"), phrase("Upload it again."))
    return file


def refused_rows(found: Import) -> QuerySet[RefusedRow]:
    """Return the rows that were refused, in the order of the file."""
    return RefusedRow.objects.filter(workspace_id=found.workspace_id, source_id=found.pk).order_by("line")


def save_mapping(workspace_id: int, name: str, plan: Plan, *, now: datetime) -> None:
    """Keep a plan under a name, for the next file of this kind."""
    SavedMapping.objects.update_or_create(
        workspace_id=workspace_id,
        name=name[:100],
        defaults={"what": plan.what, "mapping": plan.as_json(), "updated_at": now},
    )


def saved_mappings(workspace_id: int) -> QuerySet[SavedMapping]:
    """Return the plans that were kept."""
    return SavedMapping.objects.filter(workspace_id=workspace_id).order_by("name")


def apply_mapping(found: Import, saved: SavedMapping) -> Plan:
    """Use a kept plan for this file: what it says of columns that the file lacks is left out."""
    header = glimpse(file_of(found), reading_of(found.reading)).columns
    known = {column["column"]: column for column in saved.mapping.get("columns", ())}
    columns = [known.get(name, {"column": name, "to": "skip"}) for name in header]
    return set_plan(found, {**saved.mapping, "columns": columns})
