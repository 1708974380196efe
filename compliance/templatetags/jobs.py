"""What the job card asks about a job."""

from django import template

from compliance.audit.labels import action_text
from compliance.jobs import labels
from compliance.jobs.models import Job
from config.kit import clock

register = template.Library()
register.filter("action", action_text)


@register.filter
def progress(job: Job) -> labels.Progress:
    """Return how far a job is now."""
    return labels.progress(job, now=clock.now())


@register.filter
def per_second(rate: float) -> str:
    """Write a rate: whole numbers, except below ten."""
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"
