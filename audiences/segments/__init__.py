"""Segments: groups of people kept by a condition, up to date with every event and every passing window."""
