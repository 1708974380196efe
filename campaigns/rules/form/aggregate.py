"""What makes a rule watch a stream (`group_by`, `where`, `over`, `measure`, `for`, `resolve`, `grace`)."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from audiences.conditions import Place, Property, durations, parse
from campaigns.rules.form.body import event_name
from campaigns.rules.form.durations import NOTHING, read_duration, schema
from campaigns.rules.form.reader import KEY, KEY_HINT, Reader, pointer, shown
from campaigns.rules.streams.measures import COUNT, KINDS, Measure
from config.kit.errors import InputRefused

MARKS: Final = ("group_by", "over", "measure")
"""A rule with one of these keys is an aggregate rule."""
KEYS: Final = (*MARKS, "where", "for", "resolve", "grace")
MOST_GROUPS: Final = 5
MOST_MEASURES: Final = 10
MOST_LEAVES: Final = 20
SHORTEST: Final = timedelta(seconds=1)
LONGEST: Final = timedelta(days=31)
LONGEST_GRACE: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """A sliding window over the events of each group, and how an alarm is raised and resolved."""

    group_by: tuple[str, ...]
    where: tuple[Property, ...]
    over: timedelta
    measures: Mapping[str, Measure]
    hold: timedelta
    resolve: timedelta
    resolved_event: str
    """the event that tells that an alarm is resolved; empty: none"""
    grace: timedelta
    """how long an alarm waits for events that are late"""
    written: Mapping[str, Any]

    @property
    def kinds(self) -> dict[str, str]:
        """What each measure's name stands for."""
        return {name: measure.kind for name, measure in self.measures.items()}

    def as_json(self) -> dict[str, Any]:
        """Return its keys as a version stores them."""
        return dict(self.written)


def read(reader: Reader) -> Aggregate | None:
    """Read the aggregate part; None if the rule has none. Faults are noted in the reader."""
    if not any(key in reader.raw for key in MARKS):
        return None
    raw = reader.raw
    group_by, where, measures = _group_by(reader), read_where(reader, raw, ""), _measures(reader)
    over = read_duration(reader, raw, "over", "", least=SHORTEST, most=LONGEST, needed=True)
    hold = read_duration(reader, raw, "for", "", most=LONGEST)
    grace = read_duration(reader, raw, "grace", "", most=LONGEST_GRACE)
    resolve, resolved_event = _resolve(reader)
    written: dict[str, Any] = {"group_by": list(group_by), "over": durations.write(over)}
    written |= {"where": [leaf.as_json() for leaf in where]} if where else {}
    written |= {"measure": {name: _written(name, measure) for name, measure in measures.items()}}
    written |= {"for": durations.write(hold)} if hold else {}
    if resolve or resolved_event:
        emitted = {"emit": resolved_event} if resolved_event else {}
        written |= {"resolve": {"after": durations.write(resolve), **emitted}}
    written |= {"grace": durations.write(grace)} if grace else {}
    return Aggregate(
        group_by=group_by,
        where=where,
        over=over,
        measures=measures,
        hold=hold,
        resolve=resolve,
        resolved_event=resolved_event,
        grace=grace,
        written=written,
    )


def _group_by(reader: Reader) -> tuple[str, ...]:
    value = reader.raw.get("group_by", [])
    if not isinstance(value, list) or len(value) > MOST_GROUPS:
        reader.problem("/group_by", f"{shown(value)} is no list of properties", f'at most {MOST_GROUPS}: ["brand"]')
        return ()
    names = (dotted(reader, f"/group_by/{index}", name) for index, name in enumerate(value))
    return tuple(dict.fromkeys(name for name in names if name))


def dotted(reader: Reader, path: str, value: Any) -> str:
    """Return the name of a property in NFC; an empty text, and a note, if `value` is none."""
    if not isinstance(value, str) or not 0 < len(value) <= 300 or not all(value.split(".")):
        reader.problem(path, f"{shown(value)} is no property", "a name or a dotted path, such as shop.city")
        return ""
    return unicodedata.normalize("NFC", value)


def read_where(reader: Reader, raw: Mapping[str, Any], path: str) -> tuple[Property, ...]:
    """Read the property leaves that an event must satisfy to count."""
    value = raw.get("where", [])
    if not isinstance(value, list) or len(value) > MOST_LEAVES:
        hint = f'at most {MOST_LEAVES} property leaves: [{{"property": "amount", "is": "gt", "value": 9}}]'
        reader.problem(f"{path}/where", f"{shown(value)} is no list of property leaves", hint)
        return ()
    leaves = [_property(reader, f"{path}/where/{index}", leaf) for index, leaf in enumerate(value)]
    return tuple(leaf for leaf in leaves if leaf is not None)


def _property(reader: Reader, path: str, raw: Any) -> Property | None:
    if not isinstance(raw, Mapping) or "property" not in raw:
        reader.problem(path, f"{shown(raw)} is no property leaf", 'write {"property": "amount", "is": …}')
        return None
    try:
        found = parse(raw, place=Place.EVENT)
    except InputRefused as refused:
        reader.problems_under(path, refused.problems)
        return None
    assert isinstance(found, Property)  # it begins with property
    return found


def _measures(reader: Reader) -> Mapping[str, Measure]:
    value = reader.raw.get("measure")
    if not isinstance(value, Mapping) or not 0 < len(value) <= MOST_MEASURES:
        hint = f'1 to {MOST_MEASURES}: {{"count": {{}}, "distinct": "source"}}'
        reader.problem("/measure", f"{shown(value)} does not say what is measured", hint)
        return {}
    read_ones = {name: _measure(reader, name, written) for name, written in value.items()}
    return {name: measure for name, measure in read_ones.items() if measure is not None}


def _measure(reader: Reader, name: Any, written: Any) -> Measure | None:
    """Read one measure: by its kind alone, or with a name of its own, {"authors": {"distinct": "author"}}."""
    path = f"/measure/{pointer(name)}"
    if not isinstance(name, str) or not KEY.fullmatch(name):
        reader.problem(path, f"{shown(name)} is not the name of a measure", KEY_HINT)
        return None
    kind = name
    if kind not in KINDS:
        if not isinstance(written, Mapping) or len(written) != 1 or next(iter(written)) not in KINDS:
            reader.problem(path, f"{shown(written)} is no measure", "measures are " + ", ".join(KINDS))
            return None
        ((kind, written),) = written.items()
    if kind == COUNT:
        if written != {}:
            reader.problem(path, f"{shown(written)} says nothing to a count", 'write "count": {}; where filters')
        return Measure(kind=kind)
    of = dotted(reader, path, written)
    return Measure(kind=kind, of=of) if of else None


def _written(name: str, measure: Measure) -> Any:
    said: Any = measure.of or {}
    return said if name == measure.kind else {measure.kind: said}


def _resolve(reader: Reader) -> tuple[timedelta, str]:
    value = reader.raw.get("resolve")
    if value is None:
        return NOTHING, ""
    if isinstance(value, str):
        return read_duration(reader, reader.raw, "resolve", "", most=LONGEST), ""
    if not isinstance(value, Mapping) or set(value) - {"after", "emit"}:
        hint = 'a duration, or {"after": "10m", "emit": "calm_again"}'
        reader.problem("/resolve", f"{shown(value)} does not say when an alarm is resolved", hint)
        return NOTHING, ""
    after = read_duration(reader, value, "after", "/resolve", most=LONGEST)
    return after, event_name(reader, "/resolve/emit", value["emit"]) if "emit" in value else ""


def properties() -> dict[str, Any]:
    """Return the schema of the keys."""
    path = {"type": "string", "description": "a property of the event"}
    kinds = {kind: path for kind in KINDS if kind != COUNT} | {COUNT: {"type": "object", "maxProperties": 0}}
    named = {"type": "object", "properties": kinds, "minProperties": 1, "maxProperties": 1}
    after = schema("how long the condition must be false")
    return {
        "group_by": {"type": "array", "items": path, "maxItems": MOST_GROUPS, "description": "one window per value"},
        "where": {"type": "array", "items": {"$ref": "#/$defs/property"}, "maxItems": MOST_LEAVES},
        "over": schema("how far back events count: (t − over, t]"),
        "measure": {
            "type": "object",
            "properties": kinds,
            "additionalProperties": {**named, "additionalProperties": False},
            "minProperties": 1,
            "maxProperties": MOST_MEASURES,
        },
        "for": schema("how long the condition must be true before the rule fires"),
        "resolve": {
            "anyOf": [
                after,
                {
                    "type": "object",
                    "properties": {"after": after, "emit": {"type": "string"}},
                    "additionalProperties": False,
                },
            ]
        },
        "grace": schema("how long a firing waits for late events"),
    }
