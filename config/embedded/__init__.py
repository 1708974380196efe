"""Runs PostgreSQL, the broker and all of Signalbox's own processes on one machine, from wheels and without Docker."""
