"""Events in."""
