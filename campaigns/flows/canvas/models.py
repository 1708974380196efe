"""The draft of a flow: what it may become, where its cards lie, and who is to approve it."""

from django.db import models

from campaigns.flows.models import Flow


class FlowDraft(models.Model):
    """What a flow may become: one per flow, gone once it is published or discarded.

    `revision` counts the saves, so that two who edit at once learn of each other. `places` says where cards lie
    (`{node: [x, y]}`), `notes` holds what is stuck beside them. `makers` are all who saved it; `handed_in` says who
    asked for approval of which state (its sha256), and is empty while nobody did.
    """

    flow = models.OneToOneField(Flow, on_delete=models.CASCADE, related_name="draft")
    workspace_id = models.IntegerField()
    revision = models.PositiveIntegerField(default=1)
    definition = models.JSONField()
    places = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    makers = models.JSONField(default=list)
    handed_in = models.JSONField(default=dict)
    author = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.flow_id} · draft {self.revision}"
