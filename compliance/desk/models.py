"""What users arranged: the views of lists that they saved, and their layout of each page."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class SavedView(models.Model):
    """A list as somebody wants to see it again: the query of its address, with filters, order and columns.

    A private view is its owner's; a team view is seen by all members and changed by its owner and administrators.
    A deleted view can be brought back for a while.
    """

    workspace = models.ForeignKey("compliance.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=60)
    name = models.CharField(max_length=300)
    query = models.CharField(max_length=4000, blank=True)
    is_team = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            # also serves the views of one page
            models.UniqueConstraint(
                fields=["workspace", "page", "owner", "name"],
                condition=models.Q(deleted_at__isnull=True),
                name="saved_view_name_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Layout(models.Model):
    """How a user arranged a page: JSON that only the page itself understands."""

    workspace = models.ForeignKey("compliance.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=60)
    layout = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            # also serves the look-up of one page's layout
            models.UniqueConstraint(fields=["workspace", "user", "page"], name="layout_once")
        ]

    def __str__(self) -> str:
        return self.page
