"""Events meet rules."""
