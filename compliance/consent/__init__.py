"""May we write to this person, by this channel, for this purpose: consents, suppressed addresses, the way out."""
