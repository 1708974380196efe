"""Stops contact at a person's wish, as an operator who was told so: one channel or all, noted with its source."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.consent.consents import WITHDRAWN, Change, consents_of, store
from compliance.consent.suppressions import suppress
from config.kit.errors import refuse

SOURCE: Final = "console"
MARKETING: Final = "marketing"
ADDRESSES: Final = {"email": "email", "sms": "phone"}
"""Channels whose address is a trait."""
WAYS: Final = (
    (
        "unsubscribe",
        gettext_lazy("Unsubscribe"),
        gettext_lazy("No more marketing. Receipts and the like still go out."),
    ),
    (
        "suppress",
        gettext_lazy("Suppress"),
        gettext_lazy("Nothing goes to these addresses any more, whoever uses them."),
    ),
)


@transaction.atomic
def stop_contact(
    workspace_id: int, person_id: uuid.UUID, *, way: str, traits: Mapping[str, Any], now: datetime
) -> None:
    """Withdraw marketing consent on every channel, or suppress the person's addresses as well; the trail has both."""
    if way not in {name for name, _word, _hint in WAYS}:
        raise refuse("/way", _("Choose one of the two."))
    channels = {*ADDRESSES, *(row.channel for row in consents_of(workspace_id, person_id))}
    changes = [
        Change(person_id=person_id, channel=channel, purpose=MARKETING, state=WITHDRAWN, source=SOURCE, changed_at=now)
        for channel in sorted(channels)
    ]
    store(workspace_id, changes, now=now)
    if way == "suppress":
        for channel, trait in ADDRESSES.items():
            if isinstance(address := traits.get(trait), str) and address:
                suppress(workspace_id, channel, [address], reason="operator", at=now)
