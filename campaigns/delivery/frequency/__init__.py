"""How often and at what hours people are written to: frequency caps and quiet hours, defined per workspace."""
