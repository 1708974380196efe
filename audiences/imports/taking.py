"""Takes a batch of rows: builds their items, passes them through the door, and says of each row what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audiences.imports.building import Build, Built, Refusal, builder, fault_of
from audiences.imports.mapping import Plan
from audiences.imports.models import RefusedRow
from audiences.imports.records import Fault, Record
from audiences.imports.tally import Tally
from audiences.intake.accept import Call, accept_items, read_row
from audiences.intake.refusals import ItemRefused
from compliance.consent import consents, directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What holds for all rows of a file."""

    workspace_id: int
    import_id: str
    digest: str
    plan: Plan
    columns: Sequence[str]

    def build(self) -> Build:
        return builder(self.plan, self.columns, source=self.import_id)


class Taker:
    """Works through batches of one file; `faults` holds those of the last batch, by the place of their row."""

    def __init__(self, source: Source, tally: Tally) -> None:
        self.source = source
        self.tally = tally
        self.faults: dict[int, Sequence[Fault]] = {}
        self._build = source.build()

    def take(self, batch: Sequence[Record], *, now: datetime) -> None:
        """Store a batch in the caller's transaction."""
        built = self._built(batch)
        call = Call(workspace_id=self.source.workspace_id, received_at=now)
        receipt = accept_items(call, ((place, one.item) for place, one in built.items()))
        for error in receipt.errors:
            said = {"field": error.field, "reason": error.reason, "message": error.message}
            self._refuse(error.index, batch[error.index], said)
        self._decide([one for place, one in built.items() if one.decisions and place not in self.faults], now=now)
        self.tally.accepted += receipt.accepted
        self.tally.repeated += receipt.duplicates
        self._count(batch)

    def check(self, batch: Sequence[Record], *, now: datetime) -> None:
        """Say what is wrong with a batch, and write nothing."""
        call = Call(workspace_id=self.source.workspace_id, received_at=now)
        built = self._built(batch)
        for place, one in built.items():
            try:
                read_row(one.item, call)
            except ItemRefused as refused:
                said = {"field": refused.field, "reason": refused.reason, "message": refused.message}
                self._refuse(place, batch[place], said)
        self.tally.accepted += len(built) - sum(place in built for place in self.faults)
        self._count(batch)

    def refused_rows(self, batch: Sequence[Record]) -> list[RefusedRow]:
        """Return the rows of the last batch that were refused, as they are kept."""
        return [self._kept(batch[place], faults) for place, faults in sorted(self.faults.items())]

    def _built(self, batch: Sequence[Record]) -> dict[int, Built]:
        self.faults = {}
        built, build, digest = {}, self._build, self.source.digest
        for place, record in enumerate(batch):
            if record.fault is not None:
                self.faults[place] = (record.fault,)
                continue
            try:
                built[place] = build(record.cells, f"{digest}:{record.line}")
            except Refusal as refusal:
                self.faults[place] = refusal.faults
        return built

    def _refuse(self, place: int, record: Record, said: dict[str, str]) -> None:
        fault = fault_of(self.source.plan, **said, cells=record.cells, columns=self.source.columns)
        self.faults[place] = (fault,)

    def _count(self, batch: Sequence[Record]) -> None:
        self.tally.rows += len(batch)
        for place, faults in sorted(self.faults.items()):
            self.tally.refuse(batch[place], faults)

    def _decide(self, decided: Sequence[Built], *, now: datetime) -> None:
        """Note the consents that rows tell of; the latest of a person counts, whatever the order of the file."""
        if not decided:
            return
        workspace_id = self.source.workspace_id
        people = directory.people(workspace_id, [one.item.user_id or "" for one in decided])
        changes: dict[Any, consents.Change] = {}
        for one in decided:
            person_id = people[one.item.user_id or ""]
            at = datetime.fromisoformat(one.item.timestamp) if one.item.timestamp else now
            for channel, purpose, state in one.decisions:
                key = (person_id, channel, purpose)
                if key in changes and changes[key].changed_at > at:
                    continue
                changes[key] = consents.Change(
                    person_id=person_id,
                    channel=channel,
                    purpose=purpose,
                    state=state,
                    source="import",
                    changed_at=at,
                    evidence={"import": self.source.import_id},
                )
        consents.store(workspace_id, list(changes.values()), now=now)

    def _kept(self, record: Record, faults: Sequence[Fault]) -> RefusedRow:
        first = faults[0]
        more = "; ".join(f"{fault.column}: {fault.expected}" for fault in faults[1:])
        return RefusedRow(
            workspace_id=self.source.workspace_id,
            source_id=self.source.import_id,
            line=record.line,
            column=first.column[:200],
            reason=first.reason,
            value=plain(first.value)[:200],
            expected=(f"{first.expected}; also {more}" if more else first.expected)[:300],
            cells=[plain(cell) for cell in record.cells],
        )


def plain(value: Any) -> Any:
    """Return a cell as PostgreSQL can hold it: without the NUL characters for which its row was refused."""
    return value.replace("\x00", "␀") if isinstance(value, str) else value
