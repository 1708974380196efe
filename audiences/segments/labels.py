"""What the kinds of segments are called, and which icon they have."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from audiences.segments.models import Segment
from audiences.segments.usage import Use
from config.kit.labels import Label

KINDS: Final = {
    "dynamic": Label("info", "activity", _("dynamic")),
    "static": Label("", "users", _("kept by hand")),
    "snapshot": Label("", "layers", _("snapshot")),
}
ARCHIVED: Final = Label("", "archive", _("archived"))


def label_of_segment(segment: Segment) -> Label:
    """Return what a segment is: archived, or else its kind."""
    return ARCHIVED if segment.live_id is None else KINDS.get(segment.kind, Label("", "tags", segment.kind))


NOUNS: Final = {"journey": _("journey"), "rule": _("rule"), "segment": _("segment")}


def noun_of(use: Use) -> str:
    """Return what kind of thing reads a segment, in the reader's language."""
    return str(NOUNS.get(use.kind, use.kind))
