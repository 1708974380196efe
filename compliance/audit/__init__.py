"""Who did what, and what was decided: added in the transaction of the change itself, never altered."""

from compliance.audit.trail import Entry, entries, record, record_many

__all__ = ["Entry", "entries", "record", "record_many"]
