"""Segments: groups of people kept by a condition, up to date with every event and every passing window."""

from audiences.segments.computing import Computing, how_far, recompute_in_job
from audiences.segments.definitions import archive, define, used_by
from audiences.segments.handpicked import Picked, add_members, remove_members
from audiences.segments.judging import rejudge
from audiences.segments.locks import share
from audiences.segments.previews import Preview, preview
from audiences.segments.reading import live_segments, members_of, segments_of, stays_of
from audiences.segments.recomputing import recompute, recompute_all
from audiences.segments.stays import ENTERED, LEFT, Change
from audiences.segments.sweeping import next_due, sweep
from audiences.segments.usage import Use
from audiences.segments.versions import changes_between, restore, unarchive, version_of, versions_of

__all__ = [
    "ENTERED",
    "LEFT",
    "Change",
    "Computing",
    "Picked",
    "Preview",
    "Use",
    "add_members",
    "archive",
    "changes_between",
    "define",
    "how_far",
    "live_segments",
    "members_of",
    "next_due",
    "preview",
    "recompute",
    "recompute_all",
    "recompute_in_job",
    "rejudge",
    "remove_members",
    "restore",
    "segments_of",
    "share",
    "stays_of",
    "sweep",
    "unarchive",
    "used_by",
    "version_of",
    "versions_of",
]
