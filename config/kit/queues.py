"""Names of the Celery queues and tasks, so that a lower app can nudge a higher one without importing it."""

from typing import Final

RULES: Final = "rules"
FLOWS: Final = "flows"
DELIVERY: Final = "delivery"
MAINTENANCE: Final = "maintenance"
JOBS: Final = "jobs"
WEBHOOKS: Final = "webhooks"

DRAIN_INTAKE: Final = "campaigns.drain_intake"
SWEEP_RULES: Final = "campaigns.sweep_rules"
FORGET_STREAMS: Final = "campaigns.forget_streams"
FORGET_HELD: Final = "campaigns.forget_held"
DRAIN_ACTIONS: Final = "campaigns.drain_actions"
DRAIN_EFFECTS: Final = "campaigns.drain_effects"
DRAIN_WEBHOOKS: Final = "campaigns.drain_webhooks"
ADVANCE_RUNS: Final = "campaigns.advance_runs"
DRAIN_DELIVERIES: Final = "campaigns.drain_deliveries"
RECOVER_DELIVERIES: Final = "campaigns.recover_deliveries"
SWEEP_SEGMENTS: Final = "audiences.sweep_segments"
SWEEP_COMPUTED: Final = "audiences.sweep_computed"
DRAW_BANDS: Final = "audiences.draw_bands"
MAKE_PARTITIONS: Final = "audiences.make_partitions"
FORGET_KEYS: Final = "audiences.forget_event_keys"
THIN_HISTORY: Final = "audiences.thin_trait_history"
PULSE: Final = "campaigns.pulse"
RUN_JOBS: Final = "compliance.run_jobs"
FORGET_JOBS: Final = "compliance.forget_jobs"
FORGET_REFUSED: Final = "audiences.forget_refused_rows"

QUEUE_OF: Final = {
    DRAIN_INTAKE: RULES,
    SWEEP_RULES: RULES,
    FORGET_STREAMS: MAINTENANCE,
    FORGET_HELD: MAINTENANCE,
    DRAIN_ACTIONS: FLOWS,
    DRAIN_EFFECTS: FLOWS,
    DRAIN_WEBHOOKS: WEBHOOKS,
    ADVANCE_RUNS: FLOWS,
    DRAIN_DELIVERIES: DELIVERY,
    RECOVER_DELIVERIES: MAINTENANCE,
    SWEEP_SEGMENTS: MAINTENANCE,
    SWEEP_COMPUTED: MAINTENANCE,
    DRAW_BANDS: MAINTENANCE,
    MAKE_PARTITIONS: MAINTENANCE,
    FORGET_KEYS: MAINTENANCE,
    THIN_HISTORY: MAINTENANCE,
    PULSE: MAINTENANCE,
    FORGET_JOBS: MAINTENANCE,
    FORGET_REFUSED: MAINTENANCE,
    RUN_JOBS: JOBS,
}


def queue_names() -> list[str]:
    """Return the names of all queues that a worker listens to."""
    return sorted(set(QUEUE_OF.values()))
