"""Gathers the models of the rooms of content."""

from content.library.models import Template, TemplateVersion

__all__ = ["Template", "TemplateVersion"]
