"""Reads a scenario document into frozen values, refusing what it does not know with a hint at what was meant."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from audiences.conditions import durations, instants
from audiences.mentions.reading import Mention
from campaigns.flows.engine.shape import Shape, nearest
from campaigns.scenario.steps import (
    At,
    CallStep,
    EventStep,
    ExpectStep,
    MentionStep,
    PersonGiven,
    Scenario,
    Step,
    TraitsStep,
    WaitStep,
)
from config.kit.errors import InputRefused, Problem
from config.kit.local_time import zone_named

KINDS: Final = ("segments", "templates", "journeys", "webhooks", "rules", "computed_traits", "caps", "quiet_hours")
"""What a scenario can define. The other kinds of the language are refused by name until they exist."""

NOT_YET: Final = ("playbooks", "reviews", "policies")
LISTS: Final = ("add_member", "remove_member")
"""What hands and rules do to a static segment."""

RULES: Final = ("stop_rule", "release_rule", "replay_actions")
"""What is done about rules: `replay_actions` tries all that was parked once more."""

CALLS: Final = (
    *("pause", "resume", "stop", "publish", "start", "give_consent", "withdraw_consent", "merge"),
    *LISTS,
    *RULES,
)
MENTIONED: Final = ("at", *sorted(Mention.__struct_fields__))
START: Final = "2026-01-05T08:00:00Z"
CALL_KEYS: Final = (
    *("do", "flow", "rule", "user", "into", "segment", "by"),
    *("channel", "purpose", "key", "properties", "definition"),
)
MAX_STEPS: Final = 1000
MAX_PEOPLE: Final = 1000


def read_scenario(raw: Any, *, check_expect: Callable[[Shape], None]) -> Scenario:
    """Return the scenario; raises InputRefused with every fault. `check_expect` looks at each expect step."""
    document = Shape(raw if isinstance(raw, Mapping) else {}, "", "scenario")
    if not isinstance(raw, Mapping):
        document.fault(None, "a scenario must be a mapping", "start with name: and start:")
    document.only(["name", "start", "settings", "define", "people", "steps"])
    scenario = Scenario(
        name=document.text("name", default="unnamed", most=300),
        start=_start(document),
        zone=_settings(document.inner("settings", "settings")),
        define=_define(document.inner("define", "define")),
        people=[_person(item) for item in document.items("people", most=MAX_PEOPLE)],
        steps=_steps(document, check_expect),
    )
    if document.problems:
        raise InputRefused(document.problems)
    return scenario


def _start(document: Shape) -> datetime:
    found = instants.instant(document.text("start", default=START))
    if found is None:
        document.fault("start", "start must be an instant", instants.HINT)
    return found or datetime.fromtimestamp(0, UTC)


def _settings(settings: Shape) -> str:
    settings.only(["timezone", "packs"])
    if settings.raw.get("packs"):
        settings.fault("packs", "there are no policy packs yet", "leave packs out, or empty")
    zone = settings.text("timezone", default="UTC")
    if zone and zone_named(zone) is None:
        settings.fault("timezone", f"{zone!r} is no time zone", "write an IANA name such as Asia/Shanghai")
    return zone


def _define(define: Shape) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    define.only([*KINDS, *NOT_YET])
    for kind in NOT_YET:
        if define.raw.get(kind):
            define.fault(kind, f"{kind} cannot be defined yet", f"a scenario can define {', '.join(KINDS)}")
    return {kind: [item.raw for item in define.items(kind, most=200)] for kind in KINDS}


def _person(item: Shape) -> PersonGiven:
    item.only(["id", "traits", "consent"])
    consent = item.inner("consent").raw
    for channel, purposes in consent.items():
        if not isinstance(purposes, list) or not all(isinstance(purpose, str) for purpose in purposes):
            item.fault("consent", f"{channel} must name purposes", "write {email: [marketing]}")
    return PersonGiven(id=_who(item, "id", needed=True), traits=item.inner("traits").raw, consent=consent)


def _who(item: Shape, key: str, *, needed: bool = False) -> str:
    """Return a user id; a number that was written without quotes is one, too."""
    value = item.raw.get(key)
    if type(value) is int:
        return str(value)
    return item.text(key, default=None if needed else "", most=300)


def _steps(document: Shape, check_expect: Callable[[Shape], None]) -> list[Step]:
    found: list[Step] = []
    for number, item in enumerate(document.items("steps", most=MAX_STEPS), start=1):
        step = Shape(item.raw, item.path, f"step {number}", item.problems)
        read = _step(step, check_expect)
        if read is not None:
            found.append(read)
    return found


def _step(step: Shape, check_expect: Callable[[Shape], None]) -> Step | None:
    if len(step.raw) != 1:
        step.fault(None, "a step does one thing", f"use one of {', '.join(READERS)}, each in a step of its own")
        return None
    (kind,) = step.raw
    if kind not in READERS:
        step.fault(kind, f"unknown step {kind!r}", nearest(kind, READERS))
        return None
    if kind == "expect":
        check_expect(step.inner("expect"))
    return READERS[kind](step)


def _event(step: Shape) -> Step:
    event = step.inner("event")
    event.only(["user", "anonymous", "name", "at", "properties", "id"])
    return EventStep(
        user=_user(event),
        anonymous=_who(event, "anonymous"),
        name=event.text("name", most=300),
        at=_at(event),
        properties=event.inner("properties").raw,
        id=_who(event, "id"),
    )


def _user(event: Shape) -> str:
    return _who(event, "user", needed="anonymous" not in event.raw)


def _at(event: Shape) -> At:
    raw = event.raw.get("at", "now")
    if raw == "now":
        return At()
    if isinstance(raw, str) and raw[:1] in "+-" and (found := _offset(raw)) is not None:
        return At(offset=found)
    found_instant = instants.instant(raw) if isinstance(raw, str) else None
    if found_instant is None:
        event.fault("at", f"{str(raw)[:60]!r} is no time", "write now, an offset such as -10d, or an instant")
    return At(instant=found_instant)


def _offset(text: str) -> timedelta | None:
    try:
        return durations.read(text[1:]) * (-1 if text[0] == "-" else 1)
    except ValueError:
        return None


def _traits(step: Shape) -> Step:
    told = step.inner("traits")
    told.only(["user", "anonymous", "set", "at"])
    if "set" not in told.raw:
        told.fault("set", "set is missing", "write set: {city: Ulm}")
    return TraitsStep(user=_user(told), anonymous=_who(told, "anonymous"), traits=told.inner("set").raw, at=_at(told))


def _mention(step: Shape) -> Step:
    mention = step.inner("mention")
    mention.only(MENTIONED)
    told = {name: value for name, value in mention.raw.items() if name != "at"}
    return MentionStep(told=told, at=_at(mention))


def _wait(step: Shape) -> Step:
    return WaitStep(lasts=step.duration("wait", least=timedelta(0)) or timedelta(0))


def _call(step: Shape) -> Step:
    call = step.inner("call")
    call.only(CALL_KEYS)
    verb = call.choice("do", CALLS)
    about_person = verb in ("give_consent", "withdraw_consent", "start", "merge", *LISTS)
    definition = call.inner("definition").raw if "definition" in call.raw else None
    return CallStep(
        verb=verb,
        flow=call.name("flow") if verb == "start" or not (about_person or verb in RULES) else "",
        rule=call.name("rule") if verb in ("stop_rule", "release_rule") else "",
        user=_who(call, "user", needed=about_person),
        into=_who(call, "into", needed=verb == "merge"),
        segment=call.name("segment") if verb in LISTS else "",
        by=call.choice("by", ("hand", "rule"), default="hand"),
        channel=call.name("channel", default="email"),
        purpose=call.name("purpose", default="marketing"),
        key=call.text("key", default="" if verb != "start" else None),
        properties=call.inner("properties").raw,
        definition=definition,
    )


def _expect(step: Shape) -> Step:
    return ExpectStep(wanted=step.inner("expect").raw)


READERS: Final[Mapping[str, Callable[[Shape], Step]]] = {
    "event": _event,
    "traits": _traits,
    "mention": _mention,
    "wait": _wait,
    "call": _call,
    "expect": _expect,
}


def refused(problems: Sequence[Problem]) -> str:
    """Return the problems as lines for people."""
    return "\n".join(f"{p.path or '/'}: {p.message}" + (f" ({p.hint})" if p.hint else "") for p in problems)
