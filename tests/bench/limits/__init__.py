"""Raw limits: the least that could do the same work, written out so that anyone can run them side by side."""
