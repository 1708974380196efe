"""Shows one person's details unmasked to one member for a while, for a reason that the trail keeps."""

import uuid
from datetime import datetime, timedelta
from typing import Final

from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext as _

from compliance import audit
from config.kit.actors import Actor
from config.kit.errors import refuse

KEY: Final = "unmasked"
LASTS: Final = timedelta(minutes=15)
SHORTEST: Final = 5


def unmask(
    session: SessionBase, person_id: uuid.UUID, *, workspace_id: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Let this session see the person's details for a quarter of an hour. Refused without a reason."""
    reason = reason.strip()[:500]
    if len(reason) < SHORTEST:
        raise refuse("/reason", _("A reason is needed."), _("Say what you need the details for; the trail keeps it."))
    audit.record(
        "person.unmasked",
        workspace_id=workspace_id,
        object_kind="person",
        object_id=person_id,
        person_id=person_id,
        payload={"reason": reason, "minutes": LASTS // timedelta(minutes=1)},
        actor=actor,
        at=now,
    )
    session[KEY] = {**_running(session, now), str(person_id): (now + LASTS).isoformat()}


def is_unmasked(session: SessionBase, person_id: uuid.UUID, *, now: datetime) -> bool:
    """Whether this session may see the person's details now."""
    return str(person_id) in _running(session, now)


def _running(session: SessionBase, now: datetime) -> dict[str, str]:
    return {key: until for key, until in session.get(KEY, {}).items() if datetime.fromisoformat(until) > now}
