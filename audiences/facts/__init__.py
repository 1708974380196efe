"""What happened, counted at event time."""
