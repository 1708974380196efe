"""Templates: what is said on a channel in a language, in immutable versions."""

from typing import ClassVar

from django.db import models

from config.kit.versions import Definition, Version


class Template(Definition):
    channel = models.CharField(max_length=20)
    locale = models.CharField(max_length=20, default="en")
    live = models.ForeignKey("TemplateVersion", on_delete=models.PROTECT, null=True, related_name="+")
    archived_at = models.DateTimeField(null=True)
    """Since when no flow may be published that sends it."""

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "key"], name="template_key_once")]


class TemplateVersion(Version):
    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="versions")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["template", "number"], name="template_version_once")]


class TemplateDraft(models.Model):
    """What is being written: never sent, whatever is wrong with it; one per template."""

    workspace_id = models.IntegerField()
    template = models.OneToOneField(Template, on_delete=models.CASCADE, related_name="draft")
    definition = models.JSONField()
    author = models.CharField(max_length=200)
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"draft of {self.template_id}"
