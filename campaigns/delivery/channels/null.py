"""A channel that reaches nobody: scenarios and drills send through it, and it says yes to everything."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from campaigns.delivery.channels.base import Addressed, Outcome, Parcel, Receipt


class NullChannel:
    """Accepts what it is given, keeps it in `sent`, and tells nobody."""

    outward = False

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self.sent: list[Addressed] = []
        self._composed: dict[Any, Addressed] = {}

    def check_address(self, traits: Mapping[str, Any]) -> str:
        value = traits.get({"email": "email", "sms": "phone"}.get(self.slug, self.slug), "")
        return value.strip() if isinstance(value, str) else ""

    def compose(self, message: Addressed) -> Parcel:
        self._composed[message.delivery_id] = message
        return Parcel(delivery_id=message.delivery_id, sender=message.sender, address=message.address, payload=b"")

    def submit(self, window: Sequence[Parcel]) -> "Future[list[Receipt]]":
        self.sent += [self._composed.pop(parcel.delivery_id) for parcel in window]
        answers: Future[list[Receipt]] = Future()
        answers.set_result([Receipt(outcome=Outcome.ACCEPTED, answer="null") for _ in window])
        return answers
