"""The figures that delivery lives by; `docs/adr/0010-three-state-outbox.md` says why."""

from datetime import timedelta
from typing import Final

CLAIM: Final = 500
"""Deliveries claimed, judged and rendered together."""
WINDOW: Final = 20
"""Deliveries marked `sending` in one commit."""
WINDOWS: Final = 1
"""Windows under way per process. WINDOW times WINDOWS is how many messages a kill can leave in doubt: 20."""
CLAIM_LEASE: Final = timedelta(seconds=15)
"""How long a claim holds without being renewed; after it another worker may take the rows."""
SEND_LEASE: Final = timedelta(seconds=90)
"""How long an answer may take; longer than every time-out of the channels together."""
TRIES: Final = 8
"""Times that a message is offered to a provider that says “later”."""
FIRST_PAUSE: Final = timedelta(seconds=15)
"""Pause before the second try; each further one is three times as long, up to LONGEST_PAUSE."""
LONGEST_PAUSE: Final = timedelta(hours=1)
UNREACHABLE_PAUSE: Final = timedelta(seconds=5)
"""Pause when the provider cannot be reached at all; such a try does not count."""
HOLD_PAUSE: Final = timedelta(seconds=30)
"""When a held delivery is judged again."""
