"""Gathers the models of the rooms of content."""

from content.library.models import Template, TemplateDraft, TemplateVersion

__all__ = ["Template", "TemplateDraft", "TemplateVersion"]
