"""The form of a template definition, checked before anything is stored."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from config.kit.errors import InputRefused, Problem, refuse
from content.rendering.program import SUBJECT_LIMIT

# which texts a message of the channel must have (one of each group) and may have
CHANNELS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "email": (("subject",), ("body", "html")),
    "sms": (("body",),),
    "push": (("subject",), ("body",)),
    "in_app": (("subject",), ("body",)),
    "wecom": (("body",),),
    "wechat": (("body",),),
    "webhook": (("body",),),
}
RESERVED: Final = frozenset({"new", "validate"})  # what addresses beside a template's key mean
PURPOSES: Final = ("marketing", "transactional")
VARIANT_FIELDS: Final = frozenset({"channel", "locale", "subject", "body", "html"})
FIELDS: Final = VARIANT_FIELDS | {"key", "name", "tags", "note", "purpose", "variants"}
MOST_VARIANTS: Final = 60
TEXT_LIMITS: Final = {
    "subject": SUBJECT_LIMIT,
    "body": 200_000,
    "html": 200_000,
    "name": 300,
    "note": 500,
    "locale": 20,
}
KEY: Final = re.compile(r"[\w][\w.-]{0,99}")
_LOCALE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LINE_BREAK: Final = re.compile(r"[\r\n\x85\u2028\u2029]")
# what PostgreSQL or a mail reader cannot take: NUL and other controls, lone surrogates
_UNSTORABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def checked(raw: Any) -> dict[str, Any]:
    """Return the definition in its stored form; raises InputRefused with every problem."""
    if not isinstance(raw, Mapping):
        raise refuse("", "a template is an object", 'Send {"key": …, "channel": "email", "subject": …, "body": …}.')
    problems = [*_fields(raw), *_key(raw), *_said(raw), *_tags(raw), *_purpose(raw), *_variants(raw)]
    if problems:
        raise InputRefused(problems)
    return {"locale": "en", "tags": [], **raw}


def _fields(raw: Mapping[Any, Any], known: frozenset[str] = FIELDS) -> Iterator[Problem]:
    for field in raw:
        if field not in known:
            hint = f"A template has {', '.join(sorted(known))}."
            yield Problem(path=f"/{field}"[:100], message="unknown field", hint=hint)


def _said(raw: Mapping[str, Any]) -> Iterator[Problem]:
    """What the template itself and each of its variants must hold."""
    yield from _texts(raw)
    yield from _channel(raw)
    yield from _locale(raw)


def _place(raw: Mapping[str, Any]) -> tuple[str, str]:
    return str(raw.get("channel"))[:20], str(raw.get("locale", "en"))[:20].lower()


def _purpose(raw: Mapping[str, Any]) -> Iterator[Problem]:
    purpose = raw.get("purpose", "marketing")
    if purpose not in PURPOSES:
        hint = f"Purposes are {', '.join(PURPOSES)}."
        yield Problem(path="/purpose", message=f"{_shown(purpose)} is not a purpose", hint=hint)


def _variants(raw: Mapping[str, Any]) -> Iterator[Problem]:
    variants = raw.get("variants", [])
    if not isinstance(variants, list) or len(variants) > MOST_VARIANTS:
        hint = f'At most {MOST_VARIANTS} objects such as {{"channel": "sms", "locale": "zh-Hans", "body": "…"}}.'
        yield Problem(path="/variants", message="variants are a list", hint=hint)
        return
    taken = {_place(raw)}
    for number, variant in enumerate(variants):
        for problem in _variant(variant, taken):
            yield Problem(path=f"/variants/{number}{problem.path}", message=problem.message, hint=problem.hint)


def _variant(variant: Any, taken: set[tuple[str, str]]) -> Iterator[Problem]:
    if not isinstance(variant, Mapping):
        yield Problem(path="", message="a variant is an object", hint="It has a channel, a locale and its texts.")
        return
    yield from _fields(variant, VARIANT_FIELDS)
    yield from _said(variant)
    place = _place(variant)
    if place in taken:
        hint = "Say it once for each channel and language."
        yield Problem(path="/locale", message=f"{place[0]} in {place[1]} is there already", hint=hint)
    taken.add(place)


def _key(raw: Mapping[str, Any]) -> Iterator[Problem]:
    key = raw.get("key")
    if not isinstance(key, str) or not KEY.fullmatch(key):
        hint = "Up to 100 letters, digits, dots, dashes and underscores, such as win-back-1."
        yield Problem(path="/key", message=f"{_shown(key)} is not a key", hint=hint)
    elif key in RESERVED:
        yield Problem(path="/key", message=f"{_shown(key)} is an address of its own", hint="Choose another key.")


def _texts(raw: Mapping[str, Any]) -> Iterator[Problem]:
    for field, limit in TEXT_LIMITS.items():
        text = raw.get(field)
        if text is not None:
            yield from _text(field, text, limit)


def _text(field: str, text: Any, limit: int) -> Iterator[Problem]:
    path = f"/{field}"
    if not isinstance(text, str):
        yield Problem(path=path, message=f"{_shown(text)} is not a text", hint="Send a JSON string.")
        return
    if found := _UNSTORABLE.search(text):
        message = f"character {found.start()} is the unstorable U+{ord(found.group()):04X}"
        yield Problem(path=path, message=message, hint="Remove control characters and broken surrogates.")
    if len(text) > limit:
        yield Problem(path=path, message=f"{len(text)} characters, the limit is {limit}", hint="Shorten it.")
    if field == "subject" and _LINE_BREAK.search(text):
        yield Problem(path=path, message="a subject is one line", hint="Remove the line breaks.")


def _channel(raw: Mapping[str, Any]) -> Iterator[Problem]:
    channel = raw.get("channel")
    if not isinstance(channel, str) or channel not in CHANNELS:
        hint = f"Channels are {', '.join(CHANNELS)}."
        yield Problem(path="/channel", message=f"{_shown(channel)} is not a channel", hint=hint)
        return
    for group in CHANNELS[channel]:
        if not any(raw.get(field) for field in group):
            wanted = " or ".join(group)
            yield Problem(path=f"/{group[0]}", message=f"{channel} needs {wanted}", hint=f"Add {wanted}.")


def _locale(raw: Mapping[str, Any]) -> Iterator[Problem]:
    locale = raw.get("locale", "en")
    if not isinstance(locale, str) or not _LOCALE.fullmatch(locale):
        yield Problem(path="/locale", message=f"{_shown(locale)} is not a language tag", hint="Such as en or zh-Hans.")


def _tags(raw: Mapping[str, Any]) -> Iterator[Problem]:
    tags = raw.get("tags", [])
    good = isinstance(tags, list) and len(tags) <= 50 and all(_is_tag(tag) for tag in tags)
    if not good:
        yield Problem(path="/tags", message=f"{_shown(tags)} is not a list of tags", hint="At most 50 short texts.")


def _is_tag(tag: Any) -> bool:
    return isinstance(tag, str) and 0 < len(tag) <= 60 and not _UNSTORABLE.search(tag)


def _shown(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
