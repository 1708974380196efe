"""The two kinds of jobs of imports: looking through a whole file, and taking its rows."""

import time
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audiences.imports.limits import BATCH, MAX_REFUSED, MOST_WAITING
from audiences.imports.mapping import plan_of
from audiences.imports.models import Import, RefusedRow
from audiences.imports.reading import reading_of
from audiences.imports.records import Records
from audiences.imports.taking import Source, Taker
from audiences.imports.tally import Tally, tally_of
from audiences.intake.backlog import backlog
from compliance import jobs
from config.kit.errors import refuse
from config.kit.phrases import phrase

RUN: Final = "imports.run"
CHECK: Final = "imports.check"
LOOK_EVERY: Final = 10
"""Batches between two looks at how many events wait."""
PAUSE: Final = 0.5


@jobs.kind(RUN, text=gettext_lazy("Import"), file_scope="people:read")
def run(work: jobs.Work) -> Mapping[str, Any]:
    """Take the rows of a file, batch by batch; the place in the file is kept in the transaction of the rows."""
    return _Pass(work).take()


@jobs.kind(CHECK, text=gettext_lazy("Check of a file"), file_scope="people:read")
def check(work: jobs.Work) -> Mapping[str, Any]:
    """Look through a whole file and write nothing but what was found."""
    return _Pass(work).check()


class _Pass:
    """One way through a file, from its beginning or from where an earlier attempt left off."""

    def __init__(self, work: jobs.Work) -> None:
        self.work = work
        found = Import.objects.get(workspace_id=work.workspace_id, pk=work.arguments["import"])
        file = jobs.find_file(work.workspace_id, found.file_id)
        if file is None:
            raise refuse("/file", phrase("has expired and was deleted"), phrase("Upload it again."))
        self.file = file
        self.records = _records(jobs.open_file(file), found, work.checkpoint)
        self.tally = tally_of(work.checkpoint["tally"]) if work.checkpoint else Tally()
        plan = plan_of(found.mapping)
        self.taker = Taker(
            Source(
                workspace_id=work.workspace_id,
                import_id=str(found.pk),
                digest=file.digest[:32],
                plan=plan,
                columns=self.records.columns,
            ),
            self.tally,
        )

    def take(self) -> Mapping[str, Any]:
        rows, turn = iter(self.records), 0
        while batch := list(islice(rows, BATCH)):
            self._leave_if_asked()
            if turn % LOOK_EVERY == 0:
                self._wait_for_room()
            turn += 1
            with transaction.atomic():
                self.taker.take(batch, now=self.work.tick())
                if self.taker.faults and self.tally.refused <= MAX_REFUSED:
                    RefusedRow.objects.bulk_create(self.taker.refused_rows(batch))
                self._save(len(batch))
        return self.tally.as_json()

    def check(self) -> Mapping[str, Any]:
        rows = iter(self.records)
        while batch := list(islice(rows, BATCH)):
            self._leave_if_asked()
            self.taker.check(batch, now=self.work.tick())
            self._save(len(batch))
        return self.tally.as_json()

    def _save(self, rows: int) -> None:
        self.work.done += rows
        read = max(1, self.records.begin)
        self.work.total(max(self.work.done, round(self.file.size / read * self.work.done)))
        place = {"offset": self.records.begin, "line": self.records.line, "tally": self.tally.as_json()}
        self.work.save(place)

    def _leave_if_asked(self) -> None:
        """Leave between two batches, with what was done so far as the result."""
        try:
            self.work.advance(0)
        except jobs.Cancelled:
            raise jobs.Cancelled(self.tally.as_json()) from None

    def _wait_for_room(self) -> None:
        """Let what waits be processed first when it is much: history is in no hurry, live events are."""
        said = self.work.said
        while backlog(self.work.workspace_id, now=self.work.tick()).events > MOST_WAITING:
            self.work.say(_("waiting until earlier events are processed"))
            self._leave_if_asked()
            time.sleep(PAUSE)
        self.work.say(said)


def _records(reader: Any, found: Import, checkpoint: Mapping[str, Any]) -> Records:
    reading = reading_of(found.reading)
    records = Records(reader, reading)
    if reading.form == "csv":
        records.read_header()
    else:
        records.set_columns([column["column"] for column in found.mapping.get("columns", ())])
    if checkpoint:
        columns = records.columns
        records = Records(reader, reading, offset=checkpoint["offset"], line=checkpoint["line"])
        records.set_columns(columns)
    return records
