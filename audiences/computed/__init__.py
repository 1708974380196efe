"""Computed traits: figures about a person's events, declared as data and kept up to date below `computed.`."""

from audiences.computed.keeping import keep

__all__ = ["keep"]
