"""The addresses that a workspace's rules may call, and how they answered lately."""

from datetime import datetime
from typing import ClassVar

from django.db import models


class Endpoint(models.Model):
    """An address of another system under a key, with the secret that signs calls to it.

    After a change of the secret the one before signs as well, until `old_secret_until`. An endpoint that does not
    answer is left alone until `quiet_until`; what waits for it uses up no attempt meanwhile.
    """

    workspace_id = models.IntegerField()
    key = models.CharField(max_length=100)
    url = models.CharField(max_length=2000)
    enabled = models.BooleanField(default=True)
    secret = models.CharField(max_length=100)
    old_secret = models.CharField(max_length=100, blank=True)
    old_secret_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    quiet_until = models.DateTimeField(null=True)
    last_called_at = models.DateTimeField(null=True)
    last_answer = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace_id", "key"], name="endpoint_key_once")]

    def __str__(self) -> str:
        return self.key

    def valid_secrets(self, now: datetime) -> list[str]:
        """Return the secrets that sign a call now, the newest first."""
        is_old_valid = self.old_secret_until is not None and now < self.old_secret_until
        return [self.secret, *([self.old_secret] if is_old_valid else [])]
