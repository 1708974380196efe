"""Reads the leaves about past events: `did`, the measures, `sequence`, `last`, `first`, `stopped` and their like."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from audiences.conditions import durations
from audiences.conditions.amounts import COMPARED_BY, MEASURES, Measured
from audiences.conditions.happenings import Did
from audiences.conditions.limits import Unfit, shown
from audiences.conditions.operators import OPERATORS
from audiences.conditions.reader import Leaf, Reader
from audiences.conditions.reading import did_you_mean, pointer
from audiences.conditions.recency import First, Last, Regularly, Returned, Stopped
from audiences.conditions.sequences import InOrder, Step
from audiences.conditions.tree import Condition
from config.kit.phrases import phrase

MOST_STEPS: Final = 10
MOST_PERIODS: Final = 366


def _did(reader: Reader, raw: dict[str, Any], path: str) -> Condition | None:
    reader.problems.unknown_keys(raw, ("did", "where", "times", "within"), path=path)
    event = reader.event(raw, "did", path)
    where = reader.where(raw, path)
    times, n = reader.times(raw, path)
    within = reader.duration(raw, "within", path)
    return None if event is None else Did(event=event, where=where, times=times, n=n, within=within)


def _measured(measure: str) -> Leaf:
    def read(reader: Reader, raw: dict[str, Any], path: str) -> Condition | None:
        reader.problems.unknown_keys(raw, (measure, "of", "where", "within", "is", "value"), path=path)
        event = reader.event(raw, measure, path)
        of = _of(reader, raw, measure, path)
        where, within = reader.where(raw, path), reader.duration(raw, "within", path)
        found = amount_limit(reader, raw, measure, path)
        if event is None or of is None or found is None:
            return None
        op, limit = found
        return Measured(
            event=event, where=where, measure=measure, of=of, op=op, limit=limit, within=within,
            written=raw.get("value") if OPERATORS[op].limit.schema else None,
        )  # fmt: skip

    return read


def _of(reader: Reader, raw: dict[str, Any], measure: str, path: str) -> str | None:
    if "of" not in raw:
        reader.problems.add(
            path, phrase("%(measure)s does not say of which property", measure=measure), phrase('add "of": "amount"')
        )
        return None
    return reader.problems.dotted(raw["of"], path=pointer(path, "of"), of=phrase("the property"))


def amount_limit(reader: Reader, raw: dict[str, Any], measure: str, path: str) -> tuple[str, Any] | None:
    """Read the operator and the limit of a measure, which is a number; None after a problem."""
    op = raw.get("is")
    if not isinstance(op, str) or op not in COMPARED_BY:
        hint = did_you_mean(op, COMPARED_BY) if isinstance(op, str) else ""
        what = (
            phrase("%(value)s does not compare a number", value=shown(op))
            if "is" in raw
            else phrase("the operator is missing")
        )
        at = pointer(path, "is") if "is" in raw else path
        reader.problems.add(at, what, hint or phrase("a measure is compared by %(names)s", names=" ".join(COMPARED_BY)))
        return None
    kind = OPERATORS[op].limit
    if kind.schema is not None and "value" not in raw:
        reader.problems.add(
            path, phrase("%(op)s without a value", op=op), phrase("%(op)s takes a number, or a list of them", op=op)
        )
        return None
    try:
        limit = kind.read(raw.get("value"))
        if not all(_is_number(item) for item in (limit if isinstance(limit, tuple) else (limit,))):
            raise Unfit(
                phrase("%(value)s is no number", value=shown(raw["value"])),
                phrase("the %(measure)s is a number: write it without quotes", measure=measure),
            )
    except Unfit as unfit:
        reader.problems.add(pointer(path, "value"), phrase("%(op)s: %(fault)s", op=op, fault=unfit.said), unfit.hint)
        return None
    return op, limit


def _is_number(value: Any) -> bool:
    return value is None or type(value) in (int, float)


def _sequence(reader: Reader, raw: dict[str, Any], path: str) -> Condition | None:
    reader.problems.unknown_keys(raw, ("sequence", "within"), path=path)
    within = reader.duration(raw, "within", path)
    written, path = raw["sequence"], pointer(path, "sequence")
    if not isinstance(written, list) or not 0 < len(written) <= MOST_STEPS:
        what = (
            phrase("the list is empty")
            if written == []
            else phrase("%(value)s is no list of steps", value=shown(written))
        )
        reader.problems.add(
            path,
            what,
            phrase('write 1 to %(most)s steps: [{"event": "view"}, {"event": "buy"}]', most=MOST_STEPS),
        )
        return None
    steps = [_step(reader, item, pointer(path, place), first=not place) for place, item in enumerate(written)]
    read = tuple(step for step in steps if step is not None)
    return InOrder(steps=read, within=within) if len(read) == len(steps) else None


def _step(reader: Reader, raw: Any, path: str, *, first: bool) -> Step | None:
    if not isinstance(raw, dict) or "event" not in raw:
        reader.problems.add(
            path, phrase("%(value)s is no step", value=shown(raw)), phrase('write {"event": "buy", "within": "3d"}')
        )
        return None
    reader.problems.unknown_keys(raw, ("event", "where", "within"), path=path)
    if first and "within" in raw:
        hint = phrase("the whole sequence has a within of its own, beside the list")
        reader.problems.add(pointer(path, "within"), phrase("the first step follows nothing"), hint)
    if not reader.fits(path, 1, leaf=True):
        return None
    event = reader.event(raw, "event", path)
    where, within = reader.where(raw, path), reader.duration(raw, "within", path)
    return None if event is None else Step(event=event, where=where, within=within)


def _last(reader: Reader, raw: dict[str, Any], path: str) -> Condition | None:
    reader.problems.unknown_keys(raw, ("last", "where", "has"), path=path)
    event, where = reader.event(raw, "last", path), reader.where(raw, path)
    has = reader.where(raw, path, key="has")
    if not raw.get("has"):
        place, what = (
            (pointer(path, "has"), phrase("the list is empty")) if "has" in raw else (path, phrase("has is missing"))
        )
        reader.problems.add(place, what, phrase('say what the newest event has: "has": [{"property": "score", …}]'))
        return None
    return None if event is None or not has else Last(event=event, where=where, has=has)


def _first(reader: Reader, raw: dict[str, Any], path: str) -> Condition | None:
    reader.problems.unknown_keys(raw, ("first", "where", "within"), path=path)
    event, where = reader.event(raw, "first", path), reader.where(raw, path)
    within = reader.needed(raw, "within", path)
    return None if event is None or not within else First(event=event, where=where, within=within)


def _stopped(reader: Reader, raw: dict[str, Any], path: str) -> Condition | None:
    reader.problems.unknown_keys(raw, ("stopped", "where", "within", "quiet"), path=path)
    event, where = reader.event(raw, "stopped", path), reader.where(raw, path)
    within, quiet = reader.needed(raw, "within", path), reader.needed(raw, "quiet", path)
    if within and quiet and quiet >= within:
        reader.problems.add(
            pointer(path, "quiet"), phrase("nothing can be older than the window"), phrase("make within longer")
        )
    return None if event is None or not (within and quiet) else Stopped(
        event=event, where=where, within=within, quiet=quiet
    )  # fmt: skip


def _returned(reader: Reader, raw: dict[str, Any], path: str) -> Condition | None:
    reader.problems.unknown_keys(raw, ("returned", "where", "within", "after_quiet"), path=path)
    event, where = reader.event(raw, "returned", path), reader.where(raw, path)
    within, quiet = reader.needed(raw, "within", path), reader.needed(raw, "after_quiet", path)
    return None if event is None or not (within and quiet) else Returned(
        event=event, where=where, within=within, after_quiet=quiet
    )  # fmt: skip


def _regularly(reader: Reader, raw: dict[str, Any], path: str) -> Condition | None:
    known = ("regularly", "where", "every", "periods", "in_at_least", "times")
    reader.problems.unknown_keys(raw, known, path=path)
    event, where = reader.event(raw, "regularly", path), reader.where(raw, path)
    every = reader.needed(raw, "every", path)
    periods = reader.whole(raw, "periods", path, least=1, most=MOST_PERIODS)
    asked = reader.whole({"in_at_least": periods} | raw, "in_at_least", path, least=1, most=periods or MOST_PERIODS)
    times, n = reader.times(raw, path)
    if every and periods and not _is_short(every, periods):
        reader.problems.add(
            path,
            phrase("the periods reach back too far"),
            phrase("stay within %(days)sd in all", days=durations.LONGEST.days),
        )
    if event is None or not (every and periods and asked):
        return None
    return Regularly(event=event, where=where, every=every, periods=periods, in_at_least=asked, times=times, n=n)


def _is_short(every: timedelta, periods: int) -> bool:
    return every <= durations.LONGEST / periods


PAST_FORMS: Final[Mapping[str, Leaf]] = {
    "did": _did,
    **{measure: _measured(measure) for measure in MEASURES},
    "sequence": _sequence,
    "last": _last,
    "first": _first,
    "stopped": _stopped,
    "returned": _returned,
    "regularly": _regularly,
}
