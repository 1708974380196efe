"""Does what was approved: writes the copy of a person's data, or erases it everywhere, as jobs."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance import audit, jobs
from compliance.consent.consents import consents_of
from compliance.privacy.copies import forget_files, forget_in_jobs
from compliance.privacy.names import names
from compliance.privacy.sources import sources


@jobs.kind("privacy.export", text=_("Copy of a person's data"), file_scope="people:read")
def export(work: jobs.Work) -> Mapping[str, Any]:
    """Write all that is kept of the person, one JSON object per line, each with the section it belongs to."""
    person_id = UUID(work.arguments["person_id"])
    return jobs.write_jsonl(work, name=f"person-{person_id}.jsonl", rows=_rows(work.workspace_id, person_id))


@jobs.kind("privacy.erase", text=_("Erasure of a person"))
def erase(work: jobs.Work) -> Mapping[str, Any]:
    """Erase copies, then in one transaction all rows, the apps that refer to others first.

    Names are known as long as the rows stand: a job that broke off finds the rest again. The trail keeps how many
    rows went, and the id.
    """
    person_id = UUID(work.arguments["person_id"])
    called = names(text for source in sources() for text in source.called(work.workspace_id, person_id))
    rows = {"files": forget_files(work, called), "jobs": forget_in_jobs(work, called)}
    with transaction.atomic():
        for source in reversed(sources()):
            gone = source.forget(work.workspace_id, called)
            rows[source.name] = gone + source.erase(work.workspace_id, person_id)
        audit.record(
            "person.erased",
            workspace_id=work.workspace_id,
            object_kind="person",
            object_id=person_id,
            person_id=person_id,
            payload={"rows": rows, "request": work.arguments["request_id"]},
            actor=work.actor,
            at=work.tick(),
        )
    work.advance(sum(rows.values()))
    return {"rows": rows}


def _rows(workspace_id: int, person_id: UUID) -> Iterator[dict[str, Any]]:
    for source in sources():
        for section, row in source.read(workspace_id, person_id):
            yield {"section": section, **row}
    for consent in consents_of(workspace_id, person_id):
        yield {
            "section": "consents", "channel": consent.channel, "purpose": consent.purpose, "state": consent.state,
            "source": consent.source, "changed_at": consent.changed_at.isoformat(),
        }  # fmt: skip
