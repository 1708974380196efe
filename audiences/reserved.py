"""Names that only the product itself uses, for events and for traits. Pure: definitions are checked against them."""

from typing import Final

SEGMENT_ENTERED: Final = "segment.entered"
SEGMENT_LEFT: Final = "segment.left"
TRAIT_SET: Final = "trait.set"
"""A rule set a trait of the person: properties `trait`, `value` and `rule`."""
LABEL_ADDED: Final = "label.added"
"""A rule put a label on the person: properties `label` and `rule`."""
MENTION: Final = "mention"
"""Somebody said something about a brand: comes in at a door of its own, and its subject is the brand."""
EVENT_NAMES: Final = frozenset({SEGMENT_ENTERED, SEGMENT_LEFT, TRAIT_SET, LABEL_ADDED, MENTION})
"""Only the product says these; a write key is public, and rules and flows start on them."""
COMPUTED: Final = "computed"
"""The trait under which computed ones stand."""
LABELS: Final = "labels"
"""The trait that lists a person's labels."""
