"""What other apps may want to know about consent; carries ids only."""

from django.dispatch import Signal

consents_changed = Signal()
"""Sent inside the transaction that stores decisions: `workspace_id`, `decided` (what changed), `now`."""
