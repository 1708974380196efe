"""What imports, their rows and the meanings of columns are called."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audiences.imports.models import Import
from compliance import jobs
from compliance.jobs import job_label
from config.kit.labels import Label

DRAFT: Final = Label("", "circle-dot", _("not started"))
WHATS: Final[dict[str, str | Promise]] = {
    Import.What.EVENTS.value: _("Events"),
    Import.What.PEOPLE.value: _("People"),
    Import.What.CALLS.value: _("Calls, line by line"),
}
MEANINGS: Final[dict[str, str | Promise]] = {
    "field": _("property or trait"),
    "user_id": _("user id"),
    "anonymous_id": _("anonymous id"),
    "email": _("e-mail"),
    "phone": _("phone"),
    "time": _("time"),
    "event": _("name of the event"),
    "message_id": _("message id (same id, same event)"),
    "consent": _("consent (channel/purpose)"),
    "skip": _("leave out"),
}
TYPES: Final[dict[str, str | Promise]] = {
    "text": _("text"),
    "number": _("number"),
    "boolean": _("yes or no"),
    "instant": _("time"),
    "list": _("list"),
}


def label_of(job: jobs.Job | None) -> Label:
    """Return the state of an import: that of its job, if it has been started."""
    return job_label(job) if job else DRAFT
