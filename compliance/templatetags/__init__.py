"""Template tags of compliance."""
