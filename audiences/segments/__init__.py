"""Who belongs."""
