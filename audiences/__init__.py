"""Audiences: who, and what happened."""
