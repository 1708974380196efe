"""What a batch changed about a person, so that only what reads it is judged again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """The names of the events that came (or came over by a merge), and of the traits that got another value."""

    event_names: frozenset[str] = frozenset()
    traits: frozenset[str] = frozenset()

    def __or__(self, other: "Touch") -> "Touch":
        return Touch(event_names=self.event_names | other.event_names, traits=self.traits | other.traits)
