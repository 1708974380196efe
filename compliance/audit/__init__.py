"""Who did what, and what was decided: added in the transaction of the change itself, never altered."""

from compliance.audit.trail import Entry, entries, insert_from, record, record_many, signature

__all__ = ["Entry", "entries", "insert_from", "record", "record_many", "signature"]
