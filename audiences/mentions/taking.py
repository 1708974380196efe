"""The verb of mentions: take what was said, each once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from audiences.intake.accept import Call, Receipt, accept_rows
from audiences.intake.models import EventKind
from audiences.intake.refusals import ItemRefused
from audiences.intake.store import Row
from audiences.mentions.reading import read_mention


def take_mentions(workspace_id: int, raws: Sequence[Any], *, received_at: datetime) -> Receipt:
    """Store the good ones among the mentions, whatever the others are like, and hint to the workers.

    What was stored before is a duplicate; the same id with another body is refused and reported, as with any event.
    """
    call = Call(workspace_id=workspace_id, received_at=received_at, kind=EventKind.MENTION)
    return accept_rows(call, [(index, _read(raw, call)) for index, raw in enumerate(raws)])


def _read(raw: Any, call: Call) -> Row | ItemRefused:
    try:
        return read_mention(raw, workspace_id=call.workspace_id, received_at=call.received_at)
    except ItemRefused as refused:
        return refused
