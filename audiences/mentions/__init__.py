"""Mentions: what somebody said about a brand somewhere; events whose subject is that brand, not a person."""
