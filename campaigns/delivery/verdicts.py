"""What a check of the gate answers."""

from datetime import datetime
from typing import Any

import msgspec


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One check's answer: the rule that was applied, the value found and the limit that it was held against.

    A held message is judged again at `until`, or soon where nobody knows when. A msgspec structure, because a
    dozen are made and stored for each message.
    """

    check: str
    passed: bool
    rule: str
    value: Any = None
    limit: Any = None
    reason: str = ""
    hold: bool = False
    until: datetime | msgspec.UnsetType = msgspec.UNSET
