"""Runs of journeys."""
