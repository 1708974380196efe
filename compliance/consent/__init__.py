"""Consent and suppression."""
