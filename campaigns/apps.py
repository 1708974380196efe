"""Registers the campaigns app."""

from importlib import import_module

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the rooms, now that models can be imported."""
        import_module("campaigns.wiring").connect()
        for room in ("actions", "delivery", "flows", "overview", "rules"):  # workers export lists too
            import_module(f"campaigns.{room}.lists")
        import_module("campaigns.privacy")  # registers what campaigns keep of people
