"""Rules and flows to start from."""

from campaigns.flows.models import Flow, FlowVersion
from campaigns.rules.define import define
from config.kit.versions import digest
from tests import factories
from tests.factories import NOON

BIG = {"property": "amount", "is": "gt", "value": 100}


def flow(workspace, key="thanks", state=Flow.State.LIVE, **definition):
    written = {
        "key": key,
        "kind": "journey",
        "entry": {"on": "api"},
        "nodes": {"done": {"do": "exit"}},
        **definition,
    }
    made = Flow.objects.create(workspace=workspace, key=key, name=key, state=state, created_at=NOON, updated_at=NOON)
    made.live = FlowVersion.objects.create(
        flow=made, number=1, definition=written, sha256=digest(written), author="test", created_at=NOON
    )
    made.save()
    return made


def raw_rule(key="big-basket", **parts):
    return {"key": key, "on": ["buy"], "if": BIG, "then": [{"start_flow": "thanks"}], **parts}


def listening(workspace, key, *actions, on="buy", **parts):
    """A rule without a condition that does `actions` on each event of a name."""
    raw = {"key": key, "on": [on], "then": list(actions), **parts}
    return define(workspace.pk, raw, actor=factories.actor(), now=NOON)


def rule(workspace, key="big-basket", **parts):
    return define(workspace.pk, raw_rule(key, **parts), actor=factories.actor(), now=NOON)
