"""The condition language, pure."""
