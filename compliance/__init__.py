"""Compliance: may we, and who did."""
