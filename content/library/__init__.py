"""Templates with immutable versions."""
