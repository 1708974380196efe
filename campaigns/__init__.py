"""Campaigns: what happens, when."""
