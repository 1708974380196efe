"""What other apps may want to know about people; carries ids only."""

from django.dispatch import Signal

people_merged = Signal()
"""Sent inside the merge's transaction: `workspace_id`, `loser_id`, `winner_id`, `now`."""
