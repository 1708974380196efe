"""Segments: groups of people kept by a condition, up to date with every event and every passing window."""

from audiences.segments.definitions import archive, define, used_by
from audiences.segments.judging import rejudge
from audiences.segments.locks import share
from audiences.segments.previews import Preview, preview
from audiences.segments.reading import live_segments, members_of, segments_of, stays_of
from audiences.segments.recomputing import recompute, recompute_all
from audiences.segments.stays import ENTERED, LEFT, Change
from audiences.segments.sweeping import next_due, sweep

__all__ = [
    "ENTERED",
    "LEFT",
    "Change",
    "Preview",
    "archive",
    "define",
    "live_segments",
    "members_of",
    "next_due",
    "preview",
    "recompute",
    "recompute_all",
    "rejudge",
    "segments_of",
    "share",
    "stays_of",
    "sweep",
    "used_by",
]
