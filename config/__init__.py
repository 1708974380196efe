"""Settings and the kit that every app may use."""
