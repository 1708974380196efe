"""The names of the time zones that this machine knows: the files are walked through once, not at each request."""

import zoneinfo
from typing import Final

ZONES: Final = frozenset(zoneinfo.available_timezones())
