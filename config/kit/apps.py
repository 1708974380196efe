"""Registers the kit as a Django app, so that its templates and static files are found."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "config.kit"
    label = "kit"
