"""Rules that count past events in PostgreSQL, on a database of their own: another process of the rules' bench."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import django

django.setup()  # before the models below can be imported

from django.core.management import call_command  # noqa: E402

from audiences.intake.store import store  # noqa: E402
from campaigns import triggers  # noqa: E402
from campaigns.flows.definitions import define as define_flow  # noqa: E402
from campaigns.flows.definitions import publish  # noqa: E402
from campaigns.rules.models import Firing  # noqa: E402
from compliance.access.workspaces import create_workspace  # noqa: E402
from config.kit import clock  # noqa: E402
from config.kit.actors import SYSTEM  # noqa: E402
from tests.bench.putting import put_live, row_of  # noqa: E402
from tests.bench.rules import KINDS, events, in_ours, rules  # noqa: E402

FLOW = {"key": "thanks", "kind": "journey", "entry": {"on": "api"}, "nodes": {"done": {"do": "exit"}}}
WINDOWS = [{"did": KINDS[n % 5], "within": within} for n, within in enumerate(("1h", "1d") * 5)]
"""Ten counts; a quarter of the events are of a kind that some of them counts."""


def judged(size: int) -> dict[str, Any]:
    """Return what draining `size` waiting events took, in all and in the rules' part."""
    call_command("migrate", verbosity=0)
    workspace = create_workspace("bench", name="Bench", now=clock.now())
    publish(define_flow(workspace.pk, FLOW, actor=SYSTEM, now=clock.now()), actor=SYSTEM, now=clock.now())
    put_live(workspace.pk, [_rule(n, rule) for n, rule in enumerate(rules(1_000, least=930))])
    load = events(2 * size, seed=3)
    taken: dict[str, float] = {}
    told: dict[str, Any] = {}
    for number, half in (
        (0, load[:size]),
        (size, load[size:]),
    ):  # the first builds the program, and what the second counts
        for at in range(0, size, 500):
            rows = [row_of(workspace.pk, number + at + n, event) for n, event in enumerate(half[at : at + 500])]
            store(rows, received_at=clock.now())
        taken = _timed(("judge", "steer", "record_firings", "keep_held"))
        wall, cpu = time.perf_counter(), time.process_time()
        drained = triggers.drain_intake(budget_s=300).events
        told = {
            "drained": drained,
            "wall": drained / (time.perf_counter() - wall),
            "cpu": drained / (time.process_time() - cpu),
            "rules_cpu": drained / sum(taken.values()),
        }
    return told | {"firings": Firing.objects.count()}


def _rule(number: int, rule: tuple[str, str, int, str, int]) -> dict[str, Any]:
    name, kind, amount, city, level = rule
    asked = in_ours(amount, city, level)
    if number % 4 == 0:
        window = WINDOWS[number // 4 % len(WINDOWS)]
        asked["all"].append({**window, "times": {"at_least": 1 + number % 2}})
    return {"key": name, "on": [kind], "if": asked, "then": [{"start_flow": "thanks"}]}


def _timed(names: Sequence[str]) -> dict[str, float]:
    """Add up the CPU seconds of functions that the drain calls."""
    taken = dict.fromkeys(names, 0.0)

    def wrap(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            start = time.process_time()
            try:
                return real(*args, **kwargs)
            finally:
                taken[name] += time.process_time() - start

        timed.real = real  # type: ignore[attr-defined]
        return timed

    for name in names:
        found = getattr(triggers, name)
        setattr(triggers, name, wrap(name, getattr(found, "real", found)))
    return taken


if __name__ == "__main__":
    print(json.dumps(judged(int(sys.argv[1]))))
