"""Registers the compliance app."""

from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from config.kit import wall


class ComplianceConfig(AppConfig):
    name = "compliance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the extension of the OpenAPI document, and keep the second wall up to date with all tables."""
        post_migrate.connect(wall.build, sender=self)
        from compliance.access import openapi  # noqa: F401, PLC0415  needs the settings of a started Django

        for name in (
            "compliance.audit.lists",
            "compliance.desk.jobs",
            "compliance.privacy.work",
        ):  # register lists and kinds of jobs
            import_module(name)
