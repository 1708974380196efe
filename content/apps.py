"""Registers the content app."""

from importlib import import_module

from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "content"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the lists known: workers export them, too."""
        import_module("content.library.lists")
