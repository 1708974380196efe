"""A Celery consumer that finds a broker again within about a second, however long it was away."""

import logging
from typing import Any

from celery.worker.consumer import Consumer
from celery.worker.state import maybe_shutdown

logger = logging.getLogger(__name__)


class SteadyConsumer(Consumer):
    """Celery itself waits up to 30 s between attempts and gives up after the hundredth."""

    def ensure_connected(self, conn: Any) -> Any:
        return conn.ensure_connection(
            self._note,
            max_retries=None,
            interval_start=0.2,
            interval_step=0.2,
            interval_max=1.0,
            callback=maybe_shutdown,
        )

    def _note(self, reason: Exception, interval: float) -> None:
        logger.warning("the broker is away (%s); next attempt in %.1f s", reason, interval)
