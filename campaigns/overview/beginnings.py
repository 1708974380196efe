"""The first steps of an empty workspace: what is there already, and a brand to try things on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audiences.people.lookups import people
from campaigns.delivery.lookups import messages
from campaigns.flows.lookups import flow_names
from campaigns.flows.models import Flow
from compliance.access.keys import SCOPES, create_key, revoke_key
from compliance.access.models import ApiKey
from compliance.access.workspaces import workspace_of_id
from compliance.jobs import Work, kind
from config.demo import history
from config.demo.baskets import Year, read_year
from config.demo.definitions import define, definitions
from config.demo.households import households
from config.demo.wire import Api
from config.kit import clock

HOUSEHOLDS: Final = 120
BATCH: Final = 200
KIND: Final = "overview.samples"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the set-up: what it is, how it is done, where, and whether it is done."""

    text: str | Promise
    said: str | Promise
    url: str
    done: bool


def steps(workspace_id: int) -> Sequence[Step]:
    """Return the four steps from nothing to a message that was sent."""
    flows = [flow.state for flow in flow_names(workspace_id).values()]
    return (
        Step(
            text=_("Send the first event"),
            said=_("Any client library that speaks to Segment, or POST /v1/track with a write key."),
            url=reverse("api-docs"),
            done=people(workspace_id).exists(),
        ),
        Step(
            text=_("Define a journey"),
            said=_("What happens after which event, and when: POST /v1/journeys."),
            url=reverse("flows"),
            done=bool(flows),
        ),
        Step(
            text=_("Publish it"),
            said=_("From then on people enter, and each decision keeps its reason."),
            url=reverse("flows"),
            done=any(state != Flow.State.DRAFT for state in flows),
        ),
        Step(
            text=_("See the first message go out"),
            said=_("Without a mail server of yours it arrives in the local mailbox."),
            url=reverse("messages"),
            done=messages(workspace_id, state="sent").exists(),
        ),
    )


@kind(KIND, text=_("Sample data"))
def load_samples(work: Work) -> Mapping[str, Any]:
    """Bring a sample brand to life through the public API, with keys that end with the job."""
    now, workspace = clock.now(), workspace_of_id(work.workspace_id)
    until = now + timedelta(hours=1)
    write, write_text = create_key(workspace, kind=ApiKey.Kind.WRITE, name="sample data", now=now, expires_at=until)
    secret, secret_text = create_key(
        workspace, kind=ApiKey.Kind.SECRET, scopes=sorted(SCOPES), name="sample data", now=now, expires_at=until
    )
    try:
        return _load(work, Api(settings.PUBLIC_URL, write_key=write_text, secret_key=secret_text))
    finally:
        for key in (write, secret):
            revoke_key(key, now=clock.now())


def _load(work: Work, api: Api) -> Mapping[str, Any]:
    year, anchor = _small(), datetime.now(UTC).replace(microsecond=0)
    chosen = households({basket.household for part in (year.history, year.live) for basket in part})
    past = list(history.calls(year, chosen, anchor=anchor))
    calls = [*past, *(basket.as_track(f"demo-live-{basket.number}", datetime.now(UTC)) for basket in year.live)]
    made = len(list(definitions()))
    work.total(made + len(calls))
    work.say(gettext("Templates, segments, journeys and rules"))
    work.advance(define(api))
    history.send_decisions(api, chosen, at=anchor)
    work.say(gettext("People and what they bought"))
    for start in range(0, len(calls), BATCH):
        batch = calls[start : start + BATCH]
        history.send_batch(api, batch)
        work.advance(len(batch))
    return {"definitions": made, "people": len(chosen), "events": len(calls)}


def _small() -> Year:
    """The last weeks of the demo's baskets, of a few households only."""
    year = read_year(days=35)
    few = set(sorted({basket.household for basket in year.live})[:HOUSEHOLDS])
    return Year(
        history=[basket for basket in year.history if basket.household in few],
        lapsing=[],
        live=[basket for basket in year.live if basket.household in few],
        end=year.end,
    )
