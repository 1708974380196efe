"""What actors, actions and the things acted on are called."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.kit.actors import ActorKind
from config.kit.labels import Label

ACTORS: Final = {
    ActorKind.USER: Label("brand", "user-round", _("user")),
    ActorKind.KEY: Label("info", "key-round", _("API key")),
    ActorKind.SYSTEM: Label("", "activity", _("system")),
}
THINGS: Final[dict[str, str | Promise]] = {
    "api_key": _("API key"),
    "claim": _("identifier"),
    "computed_trait": _("computed trait"),
    "consent": _("consent"),
    "data": _("data"),
    "delivery": _("message"),
    "event": _("event"),
    "flow": _("journey"),
    "identity": _("identifier"),
    "import": _("import"),
    "job": _("job"),
    "key": _("API key"),
    "member": _("member"),
    "person": _("person"),
    "privacy": _("privacy request"),
    "privacy_request": _("privacy request"),
    "rule": _("rule"),
    "run": _("run"),
    "saved_view": _("saved view"),
    "segment": _("segment"),
    "session": _("session"),
    "suppression": _("suppression"),
    "template": _("template"),
    "user": _("user"),
    "workspace": _("workspace"),
}
DEEDS: Final[dict[str, str | Promise]] = {
    "approved": _("approved"),
    "archived": _("archived"),
    "asked": _("asked for"),
    "begun": _("begun"),
    "blocked": _("blocked"),
    "cancel_asked": _("cancelling"),
    "cancelled": _("cancelled"),
    "changed": _("changed"),
    "claim_dismissed": _("two people"),
    "claim_merged": _("one person"),
    "created": _("created"),
    "defined": _("defined"),
    "deleted": _("deleted"),
    "draft_discarded": _("draft discarded"),
    "ended": _("ended"),
    "entered": _("joined"),
    "entry_refused": _("entry refused"),
    "erased": _("erased"),
    "exported": _("exported"),
    "failed": _("failed"),
    "file_taken": _("file taken"),
    "finished": _("finished"),
    "fired": _("matched"),
    "goal_reached": _("goal reached"),
    "granted": _("granted"),
    "in_doubt": _("in doubt"),
    "left": _("left"),
    "members_added": _("people put in"),
    "members_removed": _("people taken out"),
    "merged": _("merged"),
    "noted": _("noted"),
    "opened": _("opened"),
    "parked": _("parked"),
    "paused": _("paused"),
    "published": _("published"),
    "queued": _("queued"),
    "refused_taken": _("refused rows taken"),
    "rejected": _("rejected"),
    "renamed": _("renamed"),
    "replayed": _("replayed"),
    "resolved": _("settled"),
    "restored": _("restored"),
    "resumed": _("resumed"),
    "revoked": _("revoked"),
    "role_set": _("role set"),
    "runs_ended": _("all runs ended"),
    "saved": _("saved"),
    "sent": _("sent"),
    "started": _("started"),
    "stopped": _("stopped"),
    "unarchived": _("brought back"),
    "unmasked": _("shown in full"),
    "withdrawn": _("withdrawn"),
    "would_have_fired": _("matched in the shadow"),
}


def thing_text(kind: str) -> str:
    """Say what kind of thing was acted on; one that a newer part of the product brought in is shown as it is."""
    return str(THINGS.get(kind, kind.replace("_", " ")))


def action_text(action: str) -> str:
    """Say an action, such as `flow.published`, in words."""
    thing, _dot, deed = action.partition(".")
    return f"{thing_text(thing)} · {DEEDS.get(deed, deed.replace('_', ' '))}" if deed else thing_text(thing)


def label_of_actor(kind: str) -> Label:
    """Return the label of a kind of actor."""
    return ACTORS[ActorKind(kind)]
