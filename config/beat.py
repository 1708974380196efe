"""The beat's schedule, which takes a missing broker calmly: hints are repeated every second anyway."""

import logging
from typing import Any

from celery.beat import ScheduleEntry, Scheduler

logger = logging.getLogger(__name__)


class HintScheduler(Scheduler):
    """Celery's own tries each message four times and logs a hundred lines for each that fails."""

    away = False

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        entry.options = {**(entry.options or {}), "retry": False}
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except Exception as reason:  # whatever the broker's library raises
            if not self.away:
                logger.warning("the broker is away (%s); hints are tried again every second", reason)
            self.away = True
        else:
            self.away = False
