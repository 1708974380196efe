"""Registers the compliance app."""

from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "compliance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the extension of the OpenAPI document: importing it is enough."""
        from compliance.access import openapi  # noqa: F401, PLC0415  needs the settings of a started Django
