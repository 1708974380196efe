"""Tells a condition, or why it held, in a sentence of the reader's language."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from audiences.conditions import durations
from audiences.conditions.amounts import MEASURES, Measured
from audiences.conditions.comparisons import Comparison, Property, Trait
from audiences.conditions.consents import Consent
from audiences.conditions.facts import Place
from audiences.conditions.happenings import Did, EventName, Segment
from audiences.conditions.instants import instant
from audiences.conditions.parse import parse
from audiences.conditions.past import Past
from audiences.conditions.recency import First, Last, Regularly, Returned, Stopped
from audiences.conditions.sequences import InOrder, Step
from audiences.conditions.stretches import Held
from audiences.conditions.tree import All, AnyOf, Condition, Not
from audiences.conditions.verdict import Verdict
from audiences.conditions.wording import ENGLISH, LANGUAGES, Wording

_LONGEST_LIST: Final = 5


def summary(condition: Condition, language: str) -> str:
    """Return what `condition` asks for, as a sentence; `language` as Django names it (`en`, `zh-hans`)."""
    return _NODES[type(condition)](_words(language), condition)


def reason(verdict: Verdict, language: str) -> str:
    """Return what one leaf of a verdict asked for and what was found, as a sentence."""
    told, actual = claim(verdict, language), found(verdict, language)
    return _words(language).found.format(value=told, actual=actual) if verdict.op else told


def claim(verdict: Verdict, language: str) -> str:
    """Return what one leaf of a verdict asked for, or how its group joins what is inside."""
    return _VERDICTS.get(verdict.what, _told_group)(_words(language), verdict)


def found(verdict: Verdict, language: str) -> str:
    """Return what one leaf of a verdict found."""
    return _actual(_words(language), verdict)


def joined(what: str, language: str) -> str:
    """Return how `all`, `any` or `not` is said at the head of what it joins."""
    return _words(language).groups[what]


def _words(language: str) -> Wording:
    return LANGUAGES.get(language[:2].lower(), ENGLISH)


def _all(words: Wording, node: All) -> str:
    return words.every.join(_part(words, child) for child in node.children)


def _any(words: Wording, node: AnyOf) -> str:
    return words.any.join(_part(words, child) for child in node.children)


def _part(words: Wording, node: Condition) -> str:
    told = _NODES[type(node)](words, node)
    return words.bracket.format(value=told) if len(node.children) > 1 else told


def _not(words: Wording, node: Not) -> str:
    return words.negated.format(value=_NODES[type(node.child)](words, node.child))


def _trait(words: Wording, node: Comparison) -> str:
    return words.trait.format(name=node.name, test=_test(words, node.op, node.written))


def _property(words: Wording, node: Comparison) -> str:
    return words.property.format(name=node.name, test=_test(words, node.op, node.written))


def _event_name(words: Wording, node: EventName) -> str:
    return words.event_name.format(value=words.either.join(map(_quoted, node.names)))


def _segment(words: Wording, node: Segment) -> str:
    return words.segment.format(name=_quoted(node.key))


def _did(words: Wording, node: Did) -> str:
    times = _times(words, node.times, node.n)
    return words.did.format(times=times, window=_window(words, node.within), **_event(words, node))


def _times(words: Wording, form: str, n: int) -> str:
    return (words.once if n == 1 else words.times)[form].format(n=n)


def _event(words: Wording, node: Past | Step) -> dict[str, str]:
    """Return what the phrases about an event are filled with: its name, and what it must satisfy."""
    where = [(leaf.name, leaf.op, leaf.written) for leaf in node.where]
    return {"name": _quoted(node.event), "where": _where(words, where)}


def _window(words: Wording, within: timedelta | None) -> str:
    return words.ever if within is None else words.within.format(value=_duration(words, within))


def _measured(words: Wording, node: Measured) -> str:
    return words.measured.format(
        measure=words.measures[node.measure].format(of=node.of),
        window=_window(words, node.within),
        test=_test(words, node.op, node.written),
        **_event(words, node),
    )


def _sequence(words: Wording, node: InOrder) -> str:
    steps = words.then.join(_step(words, step) for step in node.steps)
    return words.sequence.format(steps=steps, window=_window(words, node.within))


def _step(words: Wording, step: Step) -> str:
    gap = "" if step.within is None else words.gap.format(value=_duration(words, step.within))
    return words.step.format(gap=gap, **_event(words, step))


def _last(words: Wording, node: Last) -> str:
    has = words.every.join(words.trait.format(name=p.name, test=_test(words, p.op, p.written)) for p in node.has)
    return words.last.format(has=has, **_event(words, node))


def _held(words: Wording, node: Held) -> str:
    lasts = words.lasts[node.form].format(value=_duration(words, node.duration))
    return words.held.format(leaf=_trait(words, node.leaf), lasts=lasts)


def _first(words: Wording, node: First) -> str:
    return words.first.format(window=_window(words, node.within), **_event(words, node))


def _stopped(words: Wording, node: Stopped) -> str:
    quiet = _duration(words, node.quiet)
    return words.stopped.format(window=_window(words, node.within), quiet=quiet, **_event(words, node))


def _returned(words: Wording, node: Returned) -> str:
    quiet = _duration(words, node.after_quiet)
    return words.returned.format(window=_window(words, node.within), quiet=quiet, **_event(words, node))


def _regularly(words: Wording, node: Regularly) -> str:
    return words.regularly.format(
        times=_times(words, node.times, node.n),
        least=node.in_at_least,
        periods=node.periods,
        every=_duration(words, node.every),
        **_event(words, node),
    )


def _consent(words: Wording, node: Consent) -> str:
    channel, purpose = words.channels.get(node.channel, node.channel), words.purposes.get(node.purpose, node.purpose)
    return words.consent.format(channel=channel, purpose=purpose)


def _where(words: Wording, tests: list[tuple[str, str, Any]]) -> str:
    told = (words.trait.format(name=name, test=_test(words, op, limit)) for name, op, limit in tests)
    return words.where.format(value=words.every.join(told)) if tests else ""


def _test(words: Wording, op: str, limit: Any) -> str:
    return words.operators[op].format(value=_limit(words, op, limit))


def _limit(words: Wording, op: str, limit: Any) -> str:
    if op == "between":
        return words.pair.format(least=_value(words, limit[0]), greatest=_value(words, limit[1]))
    if op in {"older_than", "newer_than"}:
        return _duration(words, durations.read(limit))
    if op in {"before", "after"}:
        return _instant(limit)
    return _value(words, limit)


def _value(words: Wording, value: Any) -> str:
    if value is None:
        return words.missing
    if isinstance(value, bool):
        return words.truth[value]
    if isinstance(value, dict):
        return words.listed.join(f"{name}: {_value(words, item)}" for name, item in value.items())
    if isinstance(value, list):
        more = "…" if len(value) > _LONGEST_LIST else ""
        return words.listed.join(_value(words, item) for item in value[:_LONGEST_LIST]) + more
    return _text(value) if isinstance(value, str) else str(value)


def _text(text: str) -> str:
    return _quoted(text) if instant(text) is None else _instant(text)


def _quoted(text: str) -> str:
    return f"“{text}”" if len(text) <= 60 else f"“{text[:59]}…”"


def _instant(text: str) -> str:
    found: datetime | None = instant(text)
    return found.isoformat(sep=" ", timespec="minutes") if found else text


def _duration(words: Wording, duration: timedelta) -> str:
    parts = []
    left = duration.days * 86_400 + duration.seconds
    for unit in "dhms":
        count, left = divmod(left, durations.SECONDS[unit])
        if count:
            phrase = words.one_unit.get(unit, words.units[unit]) if count == 1 else words.units[unit]
            parts.append(phrase.format(n=count))
    return " ".join(parts) or words.units["s"].format(n=0)


def _actual(words: Wording, verdict: Verdict) -> str:
    if verdict.what == Segment.what:
        return words.member[bool(verdict.actual)]
    if verdict.what == Consent.what:
        return words.granted[bool(verdict.actual)]
    if verdict.missing:
        return words.missing
    if verdict.what == InOrder.what:
        return words.steps_done.format(n=len(verdict.actual), all=verdict.limit)
    if verdict.what == Held.what:
        return words.since.format(value=_instant(verdict.actual))
    return _value(words, verdict.actual)


def _told_comparison(words: Wording, verdict: Verdict) -> str:
    return words.trait.format(name=verdict.name, test=_test(words, verdict.op, verdict.limit))


def _told_name(words: Wording, verdict: Verdict) -> str:
    return words.event_name.format(value=words.either.join(map(_quoted, verdict.limit)))


def _told_segment(words: Wording, verdict: Verdict) -> str:
    return words.segment.format(name=_quoted(verdict.name))


def _told_count(words: Wording, verdict: Verdict) -> str:
    where = [(leaf["property"], leaf["is"], leaf.get("value")) for leaf in verdict.where]
    within = durations.read(verdict.within) if verdict.within else None
    times = _times(words, verdict.op, verdict.limit)
    return words.did.format(
        name=_quoted(verdict.name), times=times, window=_window(words, within), where=_where(words, where)
    )


def _told_leaf(words: Wording, verdict: Verdict) -> str:
    """Tell a leaf by the definition that stands in its verdict."""
    leaf = parse(dict(verdict.leaf or {}), place=Place.EVENT)
    return _NODES[type(leaf)](words, leaf)


def _told_group(words: Wording, verdict: Verdict) -> str:
    return words.groups[verdict.what]


_NODES: Final[dict[type[Condition], Callable[[Wording, Any], str]]] = {
    All: _all,
    AnyOf: _any,
    Not: _not,
    Trait: _trait,
    Property: _property,
    EventName: _event_name,
    Segment: _segment,
    Did: _did,
    Measured: _measured,
    InOrder: _sequence,
    Last: _last,
    Held: _held,
    First: _first,
    Stopped: _stopped,
    Returned: _returned,
    Regularly: _regularly,
    Consent: _consent,
}
_VERDICTS: Final[dict[str, Callable[[Wording, Verdict], str]]] = {
    Trait.what: _told_comparison,
    Property.what: _told_comparison,
    "measure": _told_comparison,  # of an aggregate rule's window
    EventName.what: _told_name,
    Segment.what: _told_segment,
    Did.what: _told_count,
    **dict.fromkeys(MEASURES, _told_leaf),
    **{kind.what: _told_leaf for kind in (InOrder, Last, Held, First, Stopped, Returned, Regularly, Consent)},
}
