"""Checks of names and types: what nobody has seen yet, and values that are compared as what they are not."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from audiences.conditions import Comparison, Condition, Did, Property, Trait
from audiences.conditions.past import Past
from campaigns.rules.lint.findings import Finding
from campaigns.rules.lint.subjects import Subject
from config.kit.near import near

TEXT, NUMBER, TRUTH, MOMENT, LIST = "text", "number", "truth", "moment", "list"
Types = frozenset[str]
_OWN_EVENTS: Final = ("segment.entered", "segment.left")
_SCALARS: Final[Mapping[type, str]] = {str: TEXT, bool: TRUTH, int: NUMBER, float: NUMBER}
_BY_OPERATOR: Final[Mapping[str, Types]] = {
    **dict.fromkeys(("starts_with", "ends_with", "matches"), frozenset((TEXT, MOMENT))),
    **dict.fromkeys(("before", "after", "older_than", "newer_than"), frozenset((MOMENT,))),
    **dict.fromkeys(("has_any", "has_all"), frozenset((LIST,))),
    **dict.fromkeys(("contains", "not_contains"), frozenset((TEXT, LIST))),
    **dict.fromkeys(("exists", "not_exists"), frozenset((TEXT, NUMBER, TRUTH, MOMENT, LIST))),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen in a workspace: event names, and the types of properties (by event name) and of traits.

    Where nothing at all was seen of a kind (a new workspace) nothing is called unknown.
    """

    events: Collection[str] = ()
    properties: Mapping[str, Mapping[str, Types]] = field(default_factory=dict)
    traits: Mapping[str, Types] = field(default_factory=dict)


def check_names(subjects: Sequence[Subject], seen: Seen) -> Iterator[Finding]:
    """Yield names that nobody has seen, each with the one that may be meant, and comparisons with another type."""
    emitted = {name for each in subjects for name in each.emits}
    for each in subjects:
        for name in each.on:
            yield from _event(each, name, seen, emitted, path="/on")
        for leaf in each.condition.leaves():
            yield from _leaf(each, leaf, seen, emitted)


def check_types(subjects: Sequence[Subject], *, looked_at: Collection[str] = ()) -> Iterator[Finding]:
    """Yield rules that compare a value as another type than other rules do, where both cannot be meant."""
    users: dict[tuple[str, str], dict[Types, list[str]]] = defaultdict(lambda: defaultdict(list))
    for each in subjects:
        for leaf in each.condition.leaves():
            if isinstance(leaf, Comparison) and len(types := types_of(leaf)) == 1:
                whose = leaf.what if isinstance(leaf, Trait) else f"{leaf.what} of {', '.join(each.on)}"
                users[whose, leaf.name][types].append(each.key)
    for (_whose, name), by_types in users.items():
        if len(by_types) < 2:
            continue
        rarest, *_, commonest = sorted(by_types.items(), key=lambda pair: len(set(pair[1])))
        keys = tuple(dict.fromkeys((*rarest[1][:3], *commonest[1][:3])))
        if len(keys) > 1 and (not looked_at or any(key in looked_at for key in keys)):
            about = {"name": name, "type": _one(rarest[0]), "others": _one(commonest[0])}
            yield Finding(kind="mixed_types", rules=keys, about=about)


def types_of(leaf: Comparison) -> Types:
    """Return of which types a value must be for a comparison to make sense."""
    if leaf.op in _BY_OPERATOR:
        return _BY_OPERATOR[leaf.op]
    limits = leaf.limit if isinstance(leaf.limit, tuple) else (leaf.limit,)
    return frozenset(_SCALARS[type(limit)] for limit in limits)


def _event(each: Subject, name: str, seen: Seen, emitted: Collection[str], *, path: str = "/if") -> Iterator[Finding]:
    if seen.events and name not in seen.events and name not in emitted and name not in _OWN_EVENTS:
        about = {"name": name, "meant": near(name, seen.events)}
        yield Finding(kind="unknown_event", rules=(each.key,), about=about, path=path)


def _leaf(each: Subject, leaf: Condition, seen: Seen, emitted: Collection[str]) -> Iterator[Finding]:
    if isinstance(leaf, Trait):
        yield from _value(each, leaf, seen.traits, "unknown_trait")
    elif isinstance(leaf, Property):
        yield from _property(each, leaf, each.on, seen)
    elif isinstance(leaf, Past):
        yield from _event(each, leaf.event, seen, emitted)
        for inner in leaf.where if isinstance(leaf, Did) else ():
            yield from _property(each, inner, (leaf.event,), seen)


def _property(each: Subject, leaf: Property, events: Collection[str], seen: Seen) -> Iterator[Finding]:
    """Yield what is wrong with a property, if something was seen of each of the events that it may belong to."""
    if all(seen.properties.get(name) for name in events):
        known: dict[str, Types] = {}
        for name in events:
            for found, types in seen.properties[name].items():
                known[found] = known.get(found, frozenset()) | types
        yield from _value(each, leaf, known, "unknown_property")


def _value(each: Subject, leaf: Comparison, known: Mapping[str, Types], unknown: str) -> Iterator[Finding]:
    if not known:
        return
    types = known.get(leaf.name)
    if types is None:
        if not any(name.startswith(f"{leaf.name}.") for name in known):  # an object is known by its parts
            about: dict[str, Any] = {"name": leaf.name, "meant": near(leaf.name, known)}
            yield Finding(kind=unknown, rules=(each.key,), about=about, path="/if")
    elif not _fit(types_of(leaf), types):
        about = {"name": leaf.name, "type": _one(types_of(leaf)), "others": _one(types)}
        yield Finding(kind="other_type", rules=(each.key,), about=about, path="/if")


def _fit(wanted: Types, seen: Types) -> bool:
    """Tell whether a value may be as it is compared; an instant is a text as well."""
    return bool(wanted & seen) or (TEXT in wanted and MOMENT in seen)


def _one(types: Types) -> str:
    return TEXT if TEXT in types else min(types)
