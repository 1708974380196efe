"""Workspaces, the users who work in them, and the keys of other systems."""

import re
from typing import ClassVar, Final

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

HAN: Final = re.compile(r"[\u3400-\u9fff]")


class Workspace(models.Model):
    """One brand's closed world: every row that belongs to one says to which."""

    id = models.AutoField(primary_key=True)
    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    zone = models.CharField(max_length=64, default="UTC")
    brand = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person who works in the console; language, zone and theme are theirs."""

    language = models.CharField(max_length=10, default="en")
    zone = models.CharField(max_length=64, default="UTC")
    theme = models.CharField(max_length=10, default="light")
    # whether single letters work as commands; who dictates or types with one finger switches them off
    shortcuts = models.BooleanField(default=True)
    preferences_at = models.DateTimeField(null=True)

    @property
    def shown_name(self) -> str:
        """The full name, in Chinese with the family name first; where there is none, the user name."""
        if HAN.match(self.last_name):
            return f"{self.last_name}{self.first_name}"
        return self.get_full_name() or self.get_username()


class Member(models.Model):
    """A user's role in a workspace."""

    class Role(models.TextChoices):
        OPERATOR = "operator", _("operator")
        ADMIN = "admin", _("administrator")
        REVIEWER = "reviewer", _("reviewer")
        VIEWER = "viewer", _("viewer")

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "user"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.role}"


class ApiKey(models.Model):
    """A key of another system. Only its SHA-256 is stored; the text is shown once.

    A *write key* may only send events in (it is public by nature: client libraries carry it);
    a *secret key* may do what its scopes name.
    """

    class Kind(models.TextChoices):
        WRITE = "write", _("write key")
        SECRET = "secret", _("secret key")

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="keys")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    prefix = models.CharField(max_length=16)
    digest = models.BinaryField(max_length=32, unique=True)
    scopes = ArrayField(models.CharField(max_length=60), default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class SentForm(models.Model):
    """The one-time key of a form that was carried out; kept for a day, so that a repeated one changes nothing."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        # also serves the removal of a user's old keys
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="sent_form_once")]

    def __str__(self) -> str:
        return self.key


class LoginFailure(models.Model):
    """A log-in that failed, kept for minutes; only hashes of who and where from."""

    source = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            # recent failures of one name from one address, and of one address
            models.Index(fields=["source", "at"], name="login_failure_source"),
            models.Index(fields=["address", "at"], name="login_failure_address"),
        ]

    def __str__(self) -> str:
        return f"{self.at}"


class AnsweredRequest(models.Model):
    """A change that another system asked for under a key of its own, and the answer: a repetition gets it again.

    Kept for two days. `digest` is of method, address and body: the same key with another request is refused.
    """

    workspace_id = models.IntegerField()
    key = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            # what is old enough to be forgotten
            models.Index(fields=["workspace_id", "at"], name="answered_request_old")
        ]

    def __str__(self) -> str:
        return self.key
