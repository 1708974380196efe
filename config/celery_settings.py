"""Celery's settings. PostgreSQL is the truth: a lost message costs at most one beat of latency."""

from django.conf import settings

from config.kit import queues

broker_url = settings.BROKER_URL
broker_connection_retry_on_startup = True
broker_transport_options = (
    {"visibility_timeout": 120, "unacked_restore_interval": 2, "unacked_restore_throttle": 1}
    if broker_url.startswith("redis")
    else {}
)
task_acks_late = True
task_reject_on_worker_lost = True
task_ignore_result = True
worker_prefetch_multiplier = 1
worker_consumer = "config.consumer:SteadyConsumer"
# A task works on rows that it claimed: cut off in the middle of a send it would leave that send in doubt, and the
# hint that the broker delivers again finds nothing to do.
worker_cancel_long_running_tasks_on_connection_loss = False
worker_hijack_root_logger = False
task_time_limit = 60
task_default_queue = queues.MAINTENANCE
task_routes = {task: {"queue": queue} for task, queue in queues.QUEUE_OF.items()}
timezone = "UTC"

# Hints are repeated every second and live only a little longer, so that a stalled worker finds no heap of them.
beat_schedule = {
    f"hint {task}": {"task": task, "schedule": 1.0, "options": {"expires": 5}}
    for task in (
        queues.DRAIN_INTAKE,
        queues.SWEEP_RULES,
        queues.DRAIN_ACTIONS,
        queues.DRAIN_EFFECTS,
        queues.DRAIN_WEBHOOKS,
        queues.ADVANCE_RUNS,
        queues.DRAIN_DELIVERIES,
        queues.RECOVER_DELIVERIES,
        queues.SWEEP_SEGMENTS,
        queues.SWEEP_COMPUTED,
    )
} | {
    # one for each queue, sent by nobody but the beat: a queue from which none comes back has no worker, or no beat
    **{
        f"pulse {queue}": {
            "task": queues.PULSE,
            "args": [queue],
            "schedule": 10.0,
            "options": {"queue": queue, "expires": 10},
        }
        for queue in queues.queue_names()
    },
    "draw bands": {"task": queues.DRAW_BANDS, "schedule": 86400.0},
    "make partitions": {"task": queues.MAKE_PARTITIONS, "schedule": 3600.0},
    "forget event keys": {"task": queues.FORGET_KEYS, "schedule": 3600.0},
    "thin trait history": {"task": queues.THIN_HISTORY, "schedule": 86400.0},
    "forget held": {"task": queues.FORGET_HELD, "schedule": 3600.0},
    "forget streams": {"task": queues.FORGET_STREAMS, "schedule": 300.0},
    "forget jobs": {"task": queues.FORGET_JOBS, "schedule": 3600.0},
    "forget refused rows": {"task": queues.FORGET_REFUSED, "schedule": 3600.0},
    # A long job keeps its worker from reading hints: they shall not pile up meanwhile. New jobs are hinted at once.
    "hint jobs": {"task": queues.RUN_JOBS, "schedule": 5.0, "options": {"expires": 5}},
}
