"""Files in: people and events from CSV and JSON lines, through the same verbs as the door for events."""
