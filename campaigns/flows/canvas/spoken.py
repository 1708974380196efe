"""The words that the canvas island says, in the reader's language: one catalogue on its page."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from config.kit.labels import Label


def catalogue(kinds: Mapping[str, Label]) -> dict[str, Any]:
    """Return the words of the canvas and what the kinds of nodes are called."""
    named = {key: {"text": str(one.text), "icon": one.icon, "level": one.level} for key, one in kinds.items()}
    return {"kinds": named, "words": _states() | _deeds() | {"list": _keys()}}


def _states() -> dict[str, str]:
    return {
        "entered": _("entered"),
        "waiting": _("waiting"),
        "failed": _("failed"),
        "issues": _("issues"),
        "added": _("added"),
        "removed": _("removed"),
        "changed": _("changed"),
        "case": _("case"),
        "next": _("then"),
        "else": _("else"),
        "on_timeout": _("when time runs out"),
        "draft": _("draft"),
        "saved": _("saved"),
        "saving": _("saving…"),
        "nodraft": _("no draft yet"),
        "clash": _("has saved this draft since you opened it. Yours would change this in theirs:"),
        "mine": _("Save mine over it"),
        "theirs": _("Take theirs"),
        "copy": _("Copy mine as JSON"),
    }


def _deeds() -> dict[str, str]:
    return {
        "add": _("Add after"),
        "pick": _("Which kind of node?"),
        "find": _("Find a node"),
        "keys": _("Keyboard"),
        "note": _("Note"),
        "moved": _("Moved"),
        "connected": _("Connected"),
        "connecting": _("Choose where it leads with the arrows, Enter connects, Esc leaves:"),
        "noway": _("Nothing leads on from here."),
        "undone": _("Undone"),
        "redone": _("Redone"),
        "nothing": _("There is nothing to do."),
        "copied": _("Copied"),
        "laidout": _("Laid out anew"),
        "itself": _("A node cannot lead to itself."),
        "loop": _("That would be a loop without a wait."),
    }


def _keys() -> list[tuple[str, str]]:
    return [
        ("↑ ↓ ← →", _("follow the ways, and go to siblings")),
        ("Alt ↑ ↓ ← →", _("move the card")),
        ("Enter", _("edit the node")),
        ("A", _("add after it")),
        ("C", _("connect; again: its next way out")),
        ("Del", _("delete")),
        ("Ctrl Z", _("undo")),
        ("Ctrl Shift Z", _("redo")),
        ("Ctrl A", _("choose all")),
        ("Ctrl C, V, D", _("copy, paste, double")),
        ("Ctrl F", _("find a node")),
        ("0, 1", _("all in view, true size")),
        ("Esc", _("leave")),
    ]
