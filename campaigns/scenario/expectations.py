"""Compares what a scenario expects with what is true: each part of an `expect` step has its own way of being read.

A list names what must be there, each item by some of its fields; items that it does not name may be there too, but an
empty list says that there is nothing. `{total: 2}` and `{u1: 1}` say how many.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from audiences.conditions import instants
from campaigns.flows.engine.shape import Shape, pointer
from campaigns.scenario import actual
from campaigns.scenario.actual import Record
from campaigns.scenario.stage import Stage

MESSAGE: Final = ("user", "channel", "template", "at", "purpose", "flow", "node", "subject")
RUN: Final = (
    *("flow", "user", "state", "node", "reason", "exit_reason", "version", "key", "goal", "holdout"),
    *("due", "entered_at", "ended_at"),
)
DECISION: Final = (
    "user",
    "verdict",
    "reason",
    "check",
    "channel",
    "flow",
    "node",
    "rule",
    "mode",
    "by",
    "id",
    "at",
    "group",
    "measures",
)
EVENT: Final = ("user", "name", "at", "properties")
ACTION: Final = ("user", "rule", "kind", "state", "reason")
CALL: Final = ("url", "user", "rule", "values")
INSTANTS: Final = frozenset({"at", "due", "entered_at", "ended_at"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as expected, in both forms."""

    what: str
    expected: Any
    actual: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One key of `expect`: how its form is checked, and how it is compared."""

    check: Callable[[Shape, str], None]
    compare: Callable[[Any, Stage], Iterator[Difference]]


def check_expect(expect: Shape) -> None:
    """Note what is wrong with the form of an `expect` step."""
    expect.only(PARTS)
    if not expect.raw:
        expect.fault(None, "nothing is expected", f"use one of {', '.join(PARTS)}")
    for key in expect.raw:
        if key in PARTS:
            PARTS[key].check(expect, key)


def differences(wanted: Mapping[str, Any], stage: Stage) -> list[Difference]:
    """Return how the stage differs from what is wanted."""
    return [difference for key, value in wanted.items() for difference in PARTS[key].compare(value, stage)]


def _check_segments(expect: Shape, key: str) -> None:
    for name, members in expect.inner(key).raw.items():
        if not isinstance(members, list):
            expect.fault(key, f"{name} must list its members", "write {loyal: [u1, u2]} or {loyal: []}")


def _check_records(*fields: str) -> Callable[[Shape, str], None]:
    def check(expect: Shape, key: str) -> None:
        raw = expect.raw[key]
        if isinstance(raw, Mapping):
            _check_counts(expect, key, raw)
            return
        for item in expect.items(key, most=1000):
            item.only(fields)
            for name in INSTANTS & item.raw.keys():
                if item.raw[name] is not None and instants.instant(str(item.raw[name])) is None:
                    item.fault(name, f"{name} must be an instant", instants.HINT)

    return check


def _check_counts(expect: Shape, key: str, raw: Mapping[str, Any]) -> None:
    for name, count in raw.items():
        if type(count) is not int or count < 0:
            path = pointer(key, name)
            expect.fault(key, f"{path} must be a number of {key}", "write {total: 2} or {u1: 1}")


def _check_trail(expect: Shape, key: str) -> None:
    trail = expect.inner(key)
    trail.only(["contains", "lacks"])
    for name, actions in trail.raw.items():
        if not isinstance(actions, list) or not all(isinstance(action, str) for action in actions):
            trail.fault(name, f"{name} must list actions", "write contains: [flow.started]")


def _check_incidents(expect: Shape, key: str) -> None:
    if expect.raw[key] != []:
        expect.fault(key, "there are no incidents yet", "leave it out, or write incidents: []")


def _check_traits(expect: Shape, key: str) -> None:
    for user, wanted in expect.inner(key).raw.items():
        if not isinstance(wanted, Mapping):
            expect.fault(key, f"{user} must name traits", "write {u1: {tier: gold}}; null: not there")


def _traits(wanted: Mapping[str, Mapping[str, Any]], stage: Stage) -> Iterator[Difference]:
    found = actual.traits_of(stage, wanted)
    for user, traits in wanted.items():
        have = {name: found[user].get(name) for name in traits}
        if have != dict(traits):
            yield Difference(what=f"traits of {user}", expected=dict(traits), actual=have)


def _segments(wanted: Mapping[str, Sequence[Any]], stage: Stage) -> Iterator[Difference]:
    found = actual.memberships(stage)
    for key, members in wanted.items():
        expected = sorted(str(member) for member in members)
        if key not in found:
            yield Difference(what=f"segment {key}", expected=expected, actual="there is no such segment")
        elif found[key] != expected:
            yield Difference(what=f"segment {key}", expected=expected, actual=found[key])


def _records(what: str, read: Callable[[Stage], Sequence[Record]]) -> Callable[[Any, Stage], Iterator[Difference]]:
    def compare(wanted: Any, stage: Stage) -> Iterator[Difference]:
        found = read(stage)
        if isinstance(wanted, Mapping):
            yield from _counts(what, wanted, found)
        elif not wanted:
            if found:
                yield Difference(what=what, expected=[], actual=actual.shown(found))
        elif not _all_there(wanted, found):
            fields = list(dict.fromkeys(name for item in wanted for name in item))
            seen = [{name: item.get(name) for name in fields} for item in found]
            yield Difference(what=what, expected=wanted, actual=actual.shown(seen))

    return compare


def _counts(what: str, wanted: Mapping[str, int], found: Sequence[Record]) -> Iterator[Difference]:
    have = {name: sum(item["user"] == name for item in found) if name != "total" else len(found) for name in wanted}
    if have != dict(wanted):
        yield Difference(what=f"{what}, how many", expected=dict(wanted), actual=have)


def _all_there(wanted: Sequence[Record], found: Sequence[Record]) -> bool:
    """Say whether each wanted item can be given a found one of its own."""
    fits = [[index for index, item in enumerate(found) if _fits(one, item)] for one in wanted]
    taken: dict[int, int] = {}
    return all(_place(number, fits, taken, set()) for number in range(len(fits)))


def _place(number: int, fits: Sequence[Sequence[int]], taken: dict[int, int], tried: set[int]) -> bool:
    """Give the wanted item a found one, moving others to another of theirs where that makes room."""
    for index in fits[number]:
        if index in tried:
            continue
        tried.add(index)
        if index not in taken or _place(taken[index], fits, taken, tried):
            taken[index] = number
            return True
    return False


def _fits(wanted: Record, found: Record) -> bool:
    return all(_same(value, found.get(name)) for name, value in wanted.items())


def _same(wanted: Any, found: Any) -> bool:
    if isinstance(found, datetime):
        return isinstance(wanted, str) and instants.instant(wanted) == found
    if isinstance(found, str) and type(wanted) is int:
        return str(wanted) == found
    return type(wanted) is type(found) and bool(wanted == found)


def _trail(wanted: Mapping[str, Sequence[str]], stage: Stage) -> Iterator[Difference]:
    found = sorted(set(actual.trail(stage)))
    missing = [action for action in wanted.get("contains", ()) if action not in found]
    if missing:
        yield Difference(what="audit, contains", expected=missing, actual=found)
    unwanted = [action for action in wanted.get("lacks", ()) if action in found]
    if unwanted:
        yield Difference(what="audit, lacks", expected=unwanted, actual=found)


PARTS: Final[Mapping[str, Part]] = {
    "segments": Part(check=_check_segments, compare=_segments),
    "messages": Part(check=_check_records(*MESSAGE), compare=_records("messages", actual.messages)),
    "runs": Part(check=_check_records(*RUN), compare=_records("runs", actual.runs)),
    "decisions": Part(check=_check_records(*DECISION), compare=_records("decisions", actual.decisions)),
    "traits": Part(check=_check_traits, compare=_traits),
    "events": Part(check=_check_records(*EVENT), compare=_records("events", actual.happened)),
    "actions": Part(check=_check_records(*ACTION), compare=_records("actions", actual.acted)),
    "calls": Part(check=_check_records(*CALL), compare=_records("calls", actual.called)),
    "incidents": Part(check=_check_incidents, compare=lambda _wanted, _stage: iter(())),
    "audit": Part(check=_check_trail, compare=_trail),
}
