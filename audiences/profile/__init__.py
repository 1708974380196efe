"""The page of one person: what is known of them and since when, and what operators do there."""
