"""Looking at a condition before it is saved: how many people, row by row, who for instance, whom we could write to.

Every figure says whether it is exact (everybody was judged) or an estimate ± `error` at 95 % from a sample of people.
The sample is a stretch of person ids: ids are hashes, so a stretch is as good as a draw, comes out the same twice,
and stands in one place of each index. Another `seed` is another stretch.
"""

from audiences.segments.previews.comparing import Comparison, compare
from audiences.segments.previews.counting import FunnelRow, Preview, funnel, look, preview, readable
from audiences.segments.previews.reach import Reach, reachable, register_channel
from audiences.segments.previews.samples import Sampled, sample, why

__all__ = [
    "Comparison",
    "FunnelRow",
    "Preview",
    "Reach",
    "Sampled",
    "compare",
    "funnel",
    "look",
    "preview",
    "reachable",
    "readable",
    "register_channel",
    "sample",
    "why",
]
