"""A plain reading of aggregate rules, to hold the engine to: everything anew at every instant, from all hits."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import mean


@dataclass(frozen=True)
class Said:
    """An alarm as the plain reading tells it; `cause` numbers the event, None: time alone."""

    began_at: object
    cause: object
    amounts: object
    resolved_at: object


def measures(hits):
    """Return every figure of a window; a hit is (at, number, source, amount)."""
    amounts = [hit[3] for hit in hits if hit[3] is not None]
    return {
        "count": len(hits),
        "distinct": len({hit[2] for hit in hits if hit[2] is not None}),
        "sum": sum(amounts),
        "avg": mean(amounts) if amounts else None,
        "min": min(amounts, default=None),
        "max": max(amounts, default=None),
    }


def turns(hits, *, over, holds):
    """Yield (instant, cause, whether it holds now, figures) whenever the condition turns; hits in any order."""
    ordered = sorted(hits)
    moments = [(hit[0], 1, hit[1]) for hit in ordered]
    arrivals = {hit[0] for hit in ordered}
    moments += [(at, 0, None) for at in {hit[0] + over for hit in ordered} - arrivals]
    held = False
    for at, _, number in sorted(moments, key=lambda moment: (moment[0], moment[1], moment[2] or 0)):
        seen = [h for h in ordered if at - over < h[0] <= at and (number is None or (h[0], h[1]) <= (at, number))]
        figures = measures(seen)
        if holds(figures) is not held:
            held = not held
            yield at, number, held, figures


def alarms(hits, *, over, holds, hold=timedelta(0), cooldown=timedelta(0), resolve=timedelta(0)):
    """Return the alarms of a group whose time has all gone by."""
    stretches, rise = [], None
    for at, number, held, figures in turns(hits, over=over, holds=holds):
        if held:
            rise = (at, number, figures)
        else:
            stretches.append((rise, at))
    episodes = []
    for stretch in stretches:
        if episodes and stretch[0][0] - episodes[-1][-1][1] < resolve:
            episodes[-1].append(stretch)
        else:
            episodes.append([stretch])
    said, last = [], None
    for episode in episodes:
        for (at, number, figures), ended in episode:
            fires = max(at + hold, last + cooldown) if last is not None else at + hold
            if fires < ended or fires == at:
                said.append(Said(episode[0][0][0], number, figures, episode[-1][1] + resolve))
                last = fires
                break
    return said
