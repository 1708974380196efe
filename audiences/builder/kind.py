"""What an entry for a kind of row says."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise

from audiences.builder.widgets import (
    Widget,
)
from audiences.conditions import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place inside a leaf for further leaves: a list of them, or a `single` one."""

    key: str
    kind: str
    add: str | Promise
    word: str | Promise = ""
    single: bool = False
    needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of leaf. `begins`: the keys of which one tells it; `place`: whether it stands among conditions."""

    name: str
    text: str | Promise
    icon: str
    sentence: str | Promise
    widgets: tuple[Widget, ...]
    begins: tuple[str, ...] = ()
    slots: tuple[Slot, ...] = ()
    places: tuple[Place, ...] = (Place.SEGMENT, Place.EVENT)
    inner: bool = False
    """Only inside another leaf's slot."""
    seldom: bool = False
    """Offered after the kinds that most conditions are made of."""
    start: Mapping[str, str] = field(default_factory=dict)
    """What the fields of a new row hold."""

    def widget_of(self, key: str) -> Widget | None:
        """Return the widget that says this key of the leaf."""
        return next((widget for widget in self.widgets if key in widget.keys), None)
