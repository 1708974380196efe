"""Rules over time: aggregates over a group's events, what did not come in time, and what has been true long enough."""
