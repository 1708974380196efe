"""Brings the demo brand to life, step by step, through the public API alone."""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from config.demo import history
from config.demo.baskets import Basket, Year, read_year
from config.demo.definitions import define
from config.demo.households import households
from config.demo.progress import Progress
from config.demo.wire import Api

TICK: Final = 0.25
SETTLE_SECONDS: Final = 180.0
MARK: Final = "loyal"
"""The segment that is created first: the second at which it was made is the anchor of all shifted times."""

Say = Callable[[str], None]


def feed(api: Api, *, days: int, live_seconds: float, replay: bool, say: Say) -> dict[str, Any]:
    """Define, import, play the last day, wait for rest; return the product's own figures.

    What was fed before is not fed again: message ids and times follow from the data and from the moment at which
    the segment was created, so that an interrupted feed goes on where it stopped.
    """
    say(f"Defining the demo brand: {define(api)} definitions.")
    year = read_year(days=days)
    if _fed_before(api, year):
        say("The history is here already; nothing is fed twice. (`manage.py feed_demo --replay` plays the last day.)")
        if replay:
            _play(api, year, live_seconds=live_seconds, label=f"{datetime.now(UTC):%Y%m%d%H%M%S}")
            _rest(api)
        return api.send("GET", "/v1/summary")
    _import(api, year, anchor=_anchor(api))
    live_start = datetime.now(UTC)
    _send_all(api, [_lapsing(year, basket, live_start, live_seconds) for basket in year.lapsing])
    _play(api, year, live_seconds=live_seconds, label="first")
    _rest(api)
    return api.send("GET", "/v1/summary")


def _anchor(api: Api) -> datetime:
    created = api.send("GET", f"/v1/segments/{MARK}")["created_at"]
    return datetime.fromisoformat(created).replace(microsecond=0)


def _fed_before(api: Api, year: Year) -> bool:
    """Whether all baskets of the past are stored. The live ones come only after them."""
    stored = api.send("GET", "/v1/summary")["events"]["by_name"].get("purchase", 0)
    return bool(stored >= len(year.history) + len(year.lapsing))


def _import(api: Api, year: Year, *, anchor: datetime) -> None:
    everyone = households({basket.household for part in (year.history, year.lapsing, year.live) for basket in part})
    history.send_decisions(api, everyone, at=anchor)
    total = len(everyone) + len(year.history)
    history.send(api, history.calls(year, everyone, anchor=anchor), total=total)
    _work_off(api, "history processed", total=total)


def _lapsing(year: Year, basket: Basket, live_start: datetime, live_seconds: float) -> history.Call:
    at = year.lapsing_time(basket, live_start=live_start, live_seconds=live_seconds)
    return basket.as_track(f"demo-basket-{basket.number}", at)


def _send_all(api: Api, calls: list[history.Call]) -> None:
    for start in range(0, len(calls), history.BATCH):
        history.send_batch(api, calls[start : start + history.BATCH])


def _play(api: Api, year: Year, *, live_seconds: float, label: str) -> None:
    """Send the last day as it comes, each purchase stamped with the moment of sending."""
    started = time.monotonic()
    todo = list(year.live)
    with Progress("the last day, live", total=len(todo)) as bar:
        while todo:
            played = time.monotonic() - started
            due = [b for b in todo if year.live_offset(b.second, live_seconds=live_seconds).total_seconds() <= played]
            if due:
                now = datetime.now(UTC)
                _send_all(api, [basket.as_track(f"demo-live-{label}-{basket.number}", now) for basket in due])
                todo = todo[len(due) :]
                bar.add(len(due))
            time.sleep(TICK)


def _work_off(api: Api, name: str, *, total: int) -> None:
    """Wait until the stored events are processed."""
    with Progress(name, total=total) as bar:
        while waiting := api.send("GET", "/v1/summary/waiting")["events"]:
            bar.set(total - waiting)
            time.sleep(TICK)
        bar.set(total)


def _rest(api: Api) -> None:
    """Wait until nothing is left to do within minutes, but not for ever."""
    deadline = time.monotonic() + SETTLE_SECONDS
    with Progress("coming to rest", total=1) as bar:
        while time.monotonic() < deadline:
            waiting = api.send("GET", "/v1/summary/waiting")
            if not any(waiting.values()):
                bar.set(1, note="nothing waits")
                return
            bar.set(0, note=", ".join(f"{n} {what}" for what, n in waiting.items() if n))
            time.sleep(TICK * 2)
    sys.stderr.write("The machine had not come to rest after three minutes; the figures are those of now.\n")
