"""Pages that look across all rooms: the home page, a person's story, and why something did or did not happen."""
