"""Definitions with immutable versions: what segments, rules, flows and templates have in common."""

import hashlib
import json
from typing import Any

from django.db import models


def canonical(definition: Any) -> bytes:
    """Return the one byte form of a JSON value: sorted keys, no spaces, UTF-8."""
    return json.dumps(definition, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(definition: Any) -> str:
    """Return the SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(definition)).hexdigest()


class Definition(models.Model):
    """Something that operators define: it has a key in its workspace, a name, and versions."""

    workspace = models.ForeignKey("compliance.Workspace", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=100)
    name = models.CharField(max_length=300)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name or self.key


class Version(models.Model):
    """One immutable state of a definition; the first has number 1."""

    number = models.PositiveIntegerField()
    definition = models.JSONField()
    sha256 = models.CharField(max_length=64)
    note = models.CharField(max_length=500, blank=True)
    author = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"v{self.number}"
