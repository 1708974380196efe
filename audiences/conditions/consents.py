"""The leaf about whether a person may be contacted: `consent`."""

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from audiences.conditions.facts import Facts, Needs
from audiences.conditions.past import NOTHING
from audiences.conditions.tree import Condition, Predicate
from audiences.conditions.verdict import Verdict

TOLD_BY: Final = ("consent.granted", "consent.withdrawn")
"""The events that tell of a decision: whoever depends on one is judged again when they come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent(Condition):
    """The person may be contacted by this channel for this purpose."""

    what: ClassVar[str] = "consent"
    channel: str
    purpose: str

    def judge(self, facts: Facts) -> Verdict:
        held = (self.channel, self.purpose) in facts.granted
        name = f"{self.channel}/{self.purpose}"
        return Verdict(held=held, what=self.what, name=name, op="granted", limit=True, actual=held, leaf=self.as_json())

    def predicate(self) -> Predicate:
        wanted = (self.channel, self.purpose)
        return lambda facts: wanted in facts.granted

    def needs(self) -> Needs:
        return Needs(consents=frozenset(((self.channel, self.purpose),)), event_names=dict.fromkeys(TOLD_BY, NOTHING))

    def as_json(self) -> dict[str, Any]:
        return {self.what: {"channel": self.channel, "purpose": self.purpose}}
