"""Registers the embedded servers as a Django app, so that `manage.py serve` is found."""

from django.apps import AppConfig


class EmbeddedConfig(AppConfig):
    name = "config.embedded"
    label = "embedded"
