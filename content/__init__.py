"""Content: what we say."""
