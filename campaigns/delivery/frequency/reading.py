"""What the gate reads of caps and quiet hours for a batch: the definitions, and what reached the people lately."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from campaigns.delivery.claims import Claimed
from campaigns.delivery.frequency.form import Cap, Quiet, read_cap, read_quiet
from campaigns.delivery.frequency.models import FrequencyCap, QuietHours
from campaigns.delivery.frequency.windows import Reached
from compliance.access.workspaces import zone_of
from content.library.templates import stored_templates

SLACK: Final = timedelta(days=2)
"""Calendar windows begin up to a day and a zone's difference before the rolling ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Courtesy:
    """The caps and quiet hours of the batch's workspaces; who has caps of their own; what reached whom."""

    caps: Mapping[int, Sequence[Cap]]
    own_caps: Mapping[UUID, Sequence[Cap]]
    quiet: Mapping[int, Sequence[Quiet]]
    zones: Mapping[int, str]
    reached: Mapping[UUID, Sequence[Reached]]

    def caps_of(self, claimed: Claimed) -> Sequence[Cap]:
        """Return the caps that hold for somebody: their own replace the workspace's of the same scope (C6)."""
        own = self.own_caps.get(claimed.person_id, ())
        scopes = {cap.scope for cap in own}
        return [*own, *(cap for cap in self.caps.get(claimed.workspace_id, ()) if cap.scope not in scopes)]


def read_courtesy(batch: Sequence[Claimed], *, now: datetime) -> Courtesy:
    """Read it for a batch: three queries where nothing is defined, two more where caps are."""
    workspaces = {claimed.workspace_id for claimed in batch}
    people = {claimed.person_id for claimed in batch}
    caps, own = _caps(workspaces, people)
    quiet: defaultdict[int, list[Quiet]] = defaultdict(list)
    for row in QuietHours.objects.filter(workspace_id__in=workspaces).order_by("key"):
        quiet[row.workspace_id].append(read_quiet(row.definition))
    longest = max((cap.per for group in (*caps.values(), *own.values()) for cap in group), default=None)
    concerned = caps.keys() | quiet.keys() | ({c.workspace_id for c in batch} if own else set())
    return Courtesy(
        caps=caps,
        own_caps=own,
        quiet=quiet,
        zones={workspace_id: zone_of(workspace_id) for workspace_id in concerned},
        reached=reached_lately(people, since=now - longest - SLACK, now=now) if longest else {},
    )


def _caps(
    workspaces: Collection[int], people: Collection[UUID]
) -> tuple[Mapping[int, list[Cap]], Mapping[UUID, list[Cap]]]:
    caps: defaultdict[int, list[Cap]] = defaultdict(list)
    own: defaultdict[UUID, list[Cap]] = defaultdict(list)
    rows = FrequencyCap.objects.filter(workspace_id__in=workspaces)
    for row in rows.filter(person_id=None).order_by("key"):
        caps[row.workspace_id].append(read_cap(row.definition))
    for row in rows.filter(person_id__in=people).order_by("key"):
        if row.person_id is not None:
            own[row.person_id].append(read_cap(row.definition))
    return caps, own


def reached_lately(people: Collection[UUID], *, since: datetime, now: datetime) -> Mapping[UUID, Sequence[Reached]]:
    """Return what was accepted since then, and what may be: a message on the wire counts until it is known (C3)."""
    with connection.cursor() as cursor:
        cursor.execute(REACHED, {"people": list(people), "since": since, "now": now})
        rows = cursor.fetchall()
    templates = stored_templates({template for *_rest, template in rows})
    found: defaultdict[UUID, list[Reached]] = defaultdict(list)
    for person, at, channel, flow, purpose, template in rows:
        known = templates.get(template)
        tags = frozenset(known.tags) if known else frozenset[str]()
        found[person].append(Reached(at=at, channel=channel, flow=flow or "", tags=tags, purpose=purpose))
    return found


REACHED: Final = """
select d.person_id, case when d.state = 'sending' then %(now)s else coalesce(d.settled_at, d.created_at) end,
       d.channel, f.key, d.purpose, d.template_version_id
from campaigns_delivery d left join campaigns_flow f on f.id = d.flow_id
where d.person_id = any(%(people)s) and d.state in ('sent', 'sending', 'in_doubt')
  and (d.settled_at is null or d.settled_at > %(since)s)
"""
