"""What the states of flows and runs, exit reasons and kinds of nodes are called."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.flows.models import Flow, Run
from config.kit.labels import Label

FLOW_STATES: Final = {
    Flow.State.DRAFT: Label("", "circle-dot", _("draft")),
    Flow.State.LIVE: Label("ok", "circle-play", _("live")),
    Flow.State.PAUSED: Label("warn", "circle-pause", _("paused")),
    Flow.State.STOPPED: Label("bad", "circle-slash", _("stopped")),
}
RUN_STATES: Final = {
    Run.State.ACTIVE: Label("info", "activity", _("active")),
    Run.State.WAITING: Label("warn", "hourglass", _("waiting")),
    Run.State.ENDED: Label("", "flag", _("ended")),
}
EXITS: Final = {
    "completed": Label("ok", "flag", _("completed")),
    "converted": Label("ok", "circle-check", _("converted")),
    "no_longer_matches": Label("", "log-out", _("no longer matches")),
    "exit_event": Label("info", "log-out", _("left by an exit event")),
    "stopped": Label("", "circle-slash", _("journey stopped")),
    "error": Label("bad", "triangle-alert", _("error")),
    "expired": Label("", "clock", _("expired")),
    "blocked": Label("bad", "ban", _("blocked")),
}
NODES: Final = {
    "wait": Label("warn", "timer", _("Wait")),
    "wait_until": Label("warn", "hourglass", _("Wait until")),
    "branch": Label("info", "git-branch", _("Branch")),
    "split": Label("info", "split", _("Split")),
    "send": Label("ok", "send", _("Send")),
    "exit": Label("", "flag", _("End")),
}
UNKNOWN_NODE: Final = Label("", "circle-dot", _("Step"))
ENTRY_REFUSALS: Final[dict[str, str | Promise]] = {
    "late": _("the event arrived too late"),
    "key_missing": _("the event lacks the property that tells entries apart"),
    "same_key": _("entered with the same key before"),
    "already_entered": _("was in it before, and re-entry is not allowed"),
    "already_inside": _("is in it already"),
    "reentry_too_soon": _("was in it too recently"),
    "condition": _("the entry condition does not hold"),
    "flow_draft": _("the journey was not live yet"),
    "flow_not_live": _("the journey is not live"),
    "flow_paused": _("the journey was paused"),
    "flow_stopped": _("the journey was stopped"),
}
OUTCOMES: Final[dict[str, str | Promise]] = {
    "passed": _("went on"),
    "event": _("the event came"),
    "met": _("the condition holds"),
    "timeout": _("time ran out"),
    "else": _("no case holds"),
    "opened": _("message handed over"),
    "sent": _("message sent"),
    "holdout": _("control group: nothing sent"),
}


def label_of_flow(state: str) -> Label:
    """Return the label of a flow's state."""
    return FLOW_STATES[Flow.State(state)]


def label_of_run(run: Run) -> Label:
    """Return how a run is; of an ended one, how it ended."""
    if run.state == Run.State.ENDED and run.exit_reason:
        return EXITS.get(run.exit_reason, Label("", "flag", run.exit_reason.replace("_", " ")))
    return RUN_STATES[Run.State(run.state)]


def label_of_node(kind: str) -> Label:
    """Return the label of a kind of node."""
    return NODES.get(kind, UNKNOWN_NODE)


def refusal_text(reason: str) -> str:
    """Say in words why an entry was refused."""
    return str(ENTRY_REFUSALS.get(reason, reason.replace("_", " ")))


def outcome_text(outcome: str) -> str:
    """Say in words how a step ended."""
    if outcome.startswith("case ") and outcome[5:].isdigit():
        return gettext("case %(number)s holds") % {"number": outcome[5:]}
    if outcome.startswith("arm ") and outcome[4:].isdigit():
        return gettext("arm %(number)s") % {"number": outcome[4:]}
    if outcome in EXITS:
        return str(EXITS[outcome].text)
    return str(OUTCOMES.get(outcome, outcome.replace("_", " ")))
