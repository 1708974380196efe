"""The form of a template definition, checked before anything is stored."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from config.kit.errors import InputRefused, Problem, refuse
from content.rendering.program import SUBJECT_LIMIT

# which texts a message of the channel must have (one of each group) and may have
CHANNELS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {"email": (("subject",), ("body", "html"))}
FIELDS: Final = frozenset({"key", "name", "channel", "subject", "body", "html", "locale", "tags", "note"})
TEXT_LIMITS: Final = {
    "subject": SUBJECT_LIMIT,
    "body": 200_000,
    "html": 200_000,
    "name": 300,
    "note": 500,
    "locale": 20,
}
_KEY: Final = re.compile(r"[\w][\w.-]{0,99}")
_LOCALE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LINE_BREAK: Final = re.compile(r"[\r\n\x85\u2028\u2029]")
# what PostgreSQL or a mail reader cannot take: NUL and other controls, lone surrogates
_UNSTORABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def checked(raw: Any) -> dict[str, Any]:
    """Return the definition in its stored form; raises InputRefused with every problem."""
    if not isinstance(raw, Mapping):
        raise refuse("", "a template is an object", 'Send {"key": …, "channel": "email", "subject": …, "body": …}.')
    problems = [*_fields(raw), *_key(raw), *_texts(raw), *_channel(raw), *_locale(raw), *_tags(raw)]
    if problems:
        raise InputRefused(problems)
    return {"locale": "en", "tags": [], **raw}


def _fields(raw: Mapping[Any, Any]) -> Iterator[Problem]:
    for field in raw:
        if field not in FIELDS:
            hint = f"A template has {', '.join(sorted(FIELDS))}."
            yield Problem(path=f"/{field}"[:100], message="unknown field", hint=hint)


def _key(raw: Mapping[str, Any]) -> Iterator[Problem]:
    key = raw.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        hint = "Up to 100 letters, digits, dots, dashes and underscores, such as win-back-1."
        yield Problem(path="/key", message=f"{_shown(key)} is not a key", hint=hint)


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
