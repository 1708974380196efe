"""What the kinds of actors are called."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from config.kit.actors import ActorKind
from config.kit.labels import Label

ACTORS: Final = {
    ActorKind.USER: Label("brand", "user-round", _("user")),
    ActorKind.KEY: Label("info", "key-round", _("API key")),
    ActorKind.SYSTEM: Label("", "activity", _("system")),
}


def label_of_actor(kind: str) -> Label:
    """Return the label of a kind of actor."""
    return ACTORS[ActorKind(kind)]
