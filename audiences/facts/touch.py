"""What a batch changed about a person, so that only what reads it is judged again."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """The names of the events that came (or came over by a merge), and of the traits that got another value.

    `late` are the traits of which something older was told after something newer, and `earlier` says that the person
    is known since earlier than was thought: both change how long something has held. `anew` says that the person is
    new or was merged, and has to be judged by every segment ("never bought" holds for somebody who was only just
    seen). `at` is the latest event time among the causes: what follows from an old event happened then, and a flow's
    lateness limit can tell. Without it, what follows happens now. `quiet` says that all of it is history from a file:
    then what follows starts nothing, however late it is.
    """

    event_names: frozenset[str] = frozenset()
    traits: frozenset[str] = frozenset()
    late: frozenset[str] = frozenset()
    earlier: bool = False
    anew: bool = False
    at: datetime | None = None
    quiet: bool = False
    hops: int = 0
    """The longest chain of rules' actions among the causes."""

    def __or__(self, other: "Touch") -> "Touch":
        return Touch(
            event_names=self.event_names | other.event_names,
            traits=self.traits | other.traits,
            late=self.late | other.late,
            earlier=self.earlier or other.earlier,
            anew=self.anew or other.anew,
            at=max((at for at in (self.at, other.at) if at), default=None),
            quiet=self.quiet and other.quiet,
            hops=max(self.hops, other.hops),
        )
