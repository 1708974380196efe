"""Each user's desk: saved views of lists, and how they arranged pages."""

from compliance.desk.layouts import forget_layout, keep_layout, layout

__all__ = ["forget_layout", "keep_layout", "layout"]
