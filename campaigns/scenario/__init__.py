"""Scenarios: executable examples of what journeys do, run on the real code with a clock that they move."""
