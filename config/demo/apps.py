"""Registers the demo as a Django app, so that its command is found."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "config.demo"
    label = "demo"
