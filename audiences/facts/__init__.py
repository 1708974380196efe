"""Facts: counters, and the one reader of what is known about people."""
