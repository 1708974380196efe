"""Reads what a test case gives: an event, and what is known of its subject; ages count back from the event."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from audiences.conditions import EventFact, Facts, TraitFact, durations
from audiences.conditions.instants import instant
from audiences.conditions.values import nfc
from config.kit.errors import InputRefused, Problem

NOW: Final = datetime.fromisoformat("2026-01-05T08:00:00+00:00")
"""When the event of a case happens that names no time."""
KEYS: Final = ("name", "private", "event", "facts", "expect")
EVENT: Final = ("name", "at", "properties")
FACTS: Final = ("traits", "segments", "history", "was", "consents", "known_for")
EXPECT: Final = ("fires", "then", "rows")
MOST_HAPPENED: Final = 500


class _Shape:
    """Walks over a case and gathers its problems."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def fault(self, path: str, message: str, hint: str) -> None:
        self.problems.append(Problem(path=path, message=message, hint=hint))

    def object(self, path: str, value: Any, keys: tuple[str, ...]) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            self.fault(path, f"{_shown(value)} is not an object", "known are " + ", ".join(keys))
            return {}
        for key in value:
            if key not in keys:
                self.fault(f"{path}/{_shown(key)}", "there is no such key here", "known are " + ", ".join(keys))
        return value

    def typed(self, path: str, value: Any, kind: type, hint: str) -> Any:
        if type(value) is not kind:
            self.fault(path, f"{_shown(value)} is not {_KINDS[kind]}", hint)
            return kind()
        return value

    def ago(self, path: str, value: Any) -> timedelta:
        try:
            return durations.read(value)
        except ValueError as fault:
            self.fault(path, str(fault), 'an age such as "3d" or "90s"')
            return timedelta(0)


def read_case(raw: Any) -> dict[str, Any]:
    """Return the fields of a case as they are stored; raises `InputRefused` with every problem."""
    shape = _Shape()
    case = shape.object("", raw, KEYS)
    name = shape.typed("/name", case.get("name"), str, "say in a few words what is tested")[:200]
    if not name.strip():
        shape.fault("/name", "a case needs a name", "say in a few words what is tested")
    private = shape.typed("/private", case.get("private", False), bool, "true: yours alone")
    _event(shape, case.get("event"))
    _facts(shape, case.get("facts", {}))
    _expect(shape, case.get("expect"))
    if shape.problems:
        raise InputRefused(shape.problems)
    given = {"event": case["event"], "facts": case.get("facts", {}), "expect": case["expect"]}
    return {"name": name.strip(), "private": private, **given}


def situation(event: Mapping[str, Any], facts: Mapping[str, Any]) -> tuple[EventFact, Facts]:
    """Return a stored case's event and facts as conditions read them; the event is part of its own history."""
    at = instant(event["at"]) if event.get("at") else NOW
    assert at is not None
    happened = EventFact(name=nfc(event["name"]), at=at, properties=event.get("properties", {}))
    history: dict[str, list[EventFact]] = {}
    for past in sorted([*_history(facts, at), happened], key=lambda each: each.at):
        history.setdefault(past.name, []).append(past)
    known_for = facts.get("known_for")
    return happened, Facts(
        now=at,
        traits=facts.get("traits", {}),
        event=happened,
        history=history,
        segments=frozenset(facts.get("segments", ())),
        told=_told(facts, at),
        first_seen=at - durations.read(known_for) if known_for else None,
        granted=frozenset((channel, purpose) for channel, purpose in facts.get("consents", ())),
    )


def _history(facts: Mapping[str, Any], at: datetime) -> Iterator[EventFact]:
    for past in facts.get("history", ()):
        when = at - durations.read(past["ago"])
        yield EventFact(name=nfc(past["name"]), at=when, properties=past.get("properties", {}))


def _told(facts: Mapping[str, Any], at: datetime) -> dict[str, list[TraitFact]]:
    told: dict[str, list[TraitFact]] = {}
    for word in facts.get("was", ()):
        when = at - durations.read(word["ago"])
        told.setdefault(word["trait"], []).append(TraitFact(at=when, value=word.get("value")))
    return {name: sorted(words, key=lambda word: word.at) for name, words in told.items()}


def _event(shape: _Shape, raw: Any) -> None:
    event = shape.object("/event", raw, EVENT)
    if not isinstance(event.get("name"), str) or not event.get("name"):
        shape.fault("/event/name", f"{_shown(event.get('name'))} is not the name of an event", 'such as "order_paid"')
    at = event.get("at")
    if at is not None and not _is_instant(at):
        shape.fault("/event/at", f"{_shown(at)} is not an instant", 'such as "2026-01-05T08:00:00Z"')
    _object(shape, "/event/properties", event.get("properties", {}))


def _is_instant(value: Any) -> bool:
    try:
        return isinstance(value, str) and instant(value) is not None
    except ValueError:  # a day that its month does not have
        return False


def _facts(shape: _Shape, raw: Any) -> None:
    facts = shape.object("/facts", raw, FACTS)
    _object(shape, "/facts/traits", facts.get("traits", {}))
    for index, key in enumerate(_list(shape, "/facts/segments", facts.get("segments", []))):
        shape.typed(f"/facts/segments/{index}", key, str, "the key of a segment")
    for index, past in enumerate(_list(shape, "/facts/history", facts.get("history", []))):
        _past(shape, f"/facts/history/{index}", past)
    for index, word in enumerate(_list(shape, "/facts/was", facts.get("was", []))):
        _word(shape, f"/facts/was/{index}", word)
    for index, pair in enumerate(_list(shape, "/facts/consents", facts.get("consents", []))):
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(part, str) for part in pair):
            shape.fault(f"/facts/consents/{index}", f"{_shown(pair)} is no consent", 'such as ["email", "marketing"]')
    if facts.get("known_for") is not None:
        shape.ago("/facts/known_for", facts["known_for"])


def _past(shape: _Shape, path: str, raw: Any) -> None:
    past = shape.object(path, raw, ("name", "ago", "properties"))
    shape.typed(f"{path}/name", past.get("name"), str, "the name of an event")
    shape.ago(f"{path}/ago", past.get("ago"))
    _object(shape, f"{path}/properties", past.get("properties", {}))


def _word(shape: _Shape, path: str, raw: Any) -> None:
    word = shape.object(path, raw, ("trait", "ago", "value"))
    shape.typed(f"{path}/trait", word.get("trait"), str, "the name of a trait")
    shape.ago(f"{path}/ago", word.get("ago"))


def _expect(shape: _Shape, raw: Any) -> None:
    expect = shape.object("/expect", raw, EXPECT)
    shape.typed("/expect/fires", expect.get("fires"), bool, "whether the rule must fire")
    if "then" in expect:
        shape.typed("/expect/then", expect["then"], list, "the actions, as the rule writes them")
    if "rows" in expect:
        shape.typed("/expect/rows", expect["rows"], list, "the numbers of the rows that a decision table takes")


def _object(shape: _Shape, path: str, value: Any) -> None:
    if not isinstance(value, Mapping):
        shape.fault(path, f"{_shown(value)} is not an object", "names and values")


def _list(shape: _Shape, path: str, value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > MOST_HAPPENED:
        shape.fault(path, f"{_shown(value)} is not a list of at most {MOST_HAPPENED}", "send a shorter list")
        return []
    return value


_KINDS: Final[Mapping[type, str]] = {str: "a text", bool: "true or false", list: "a list"}


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"
