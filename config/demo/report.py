"""Prints the figures of the feed as a table."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Row = tuple[str, str]
WIDTH: Final = 44


def table(summary: Mapping[str, Any]) -> str:
    """Return the summary as lines of `what … how many`."""
    return "\n".join(f"  {what:<{WIDTH}}{value:>10}" if value else f"\n{what}" for what, value in _rows(summary))


def _rows(summary: Mapping[str, Any]) -> Iterator[Row]:
    yield "Events", ""
    yield "stored", _n(summary["events"]["stored"])
    yield from ((f"  {name}", _n(n)) for name, n in list(summary["events"]["by_name"].items())[:6])
    yield "came twice, stored once", _n(summary["duplicates"])
    yield from ((f"refused: {reason}", _n(n)) for reason, n in summary["refused"].items())
    if summary["parked"]:
        yield "could not be processed, set aside", _n(summary["parked"])
    yield "People", ""
    yield "known", _n(summary["people"])
    yield from ((f"in segment {key}", _n(n)) for key, n in summary["segments"].items())
    yield "Rules", ""
    yield from ((f"{key} matched", _n(n)) for key, n in summary["rules"].items())
    yield "Journeys", ""
    for flow, ends in summary["runs"].items():
        yield from ((f"{flow}: {end}", _n(n)) for end, n in ends.items())
    for flow, reasons in summary["entries_refused"].items():
        yield from ((f"{flow}: not started, {reason}", _n(n)) for reason, n in reasons.items())
    yield "Messages", ""
    yield from _messages(summary["messages"])
    yield "in the local mailbox", _n(summary["mailbox"])


def _messages(messages: Mapping[str, Any]) -> Iterator[Row]:
    for state, found in messages.items():
        if isinstance(found, Mapping):
            yield from ((f"{state}: {reason}", _n(n)) for reason, n in found.items())
        else:
            yield state, _n(found)


def _n(count: int) -> str:
    return f"{count:,}"
