"""The style guide as a Django app: its pages show every component of the kit in every state."""

from django.apps import AppConfig


class StyleguideConfig(AppConfig):
    name = "config.styleguide"
