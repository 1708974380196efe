"""The variants of a template: what it says on a channel in a language, and which one a person gets.

A definition says its first variant itself; the others stand in its list `variants`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

TEXTS: Final = ("subject", "body", "html")
Place = tuple[str, str]
"""Channel and locale."""
Found = TypeVar("Found")


def variants_of(definition: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield all variants, the definition's own first."""
    yield {"channel": definition["channel"], "locale": definition.get("locale", "en"), **_texts(definition)}
    for variant in definition.get("variants", []):
        yield {"locale": "en", **variant}


def place_of(variant: Mapping[str, Any]) -> Place:
    """Return where a variant belongs."""
    return str(variant["channel"]), str(variant.get("locale", "en"))


def choose(variants: Mapping[Place, Found], channel: str, language: str) -> Found | None:
    """Return what is said on the channel in the language that comes next to the one asked for.

    First the language itself, then ever less of it (zh-Hant-HK, zh-Hant, zh), then another form of it (zh-Hans), then
    whichever was written first.
    """
    there = {locale.lower(): found for (made_for, locale), found in variants.items() if made_for == channel}
    for wanted in chain(language):
        if wanted in there:
            return there[wanted]
    primary = language.lower().replace("_", "-").split("-")[0]
    kin = [found for locale, found in there.items() if locale.split("-")[0] == primary]
    return next(iter([*kin, *there.values()]), None)


def chain(language: str) -> Sequence[str]:
    """Return the language and what is left of it step by step, in lower case: zh-hant-hk, zh-hant, zh."""
    parts = language.lower().replace("_", "-").split("-")
    return ["-".join(parts[:count]) for count in range(len(parts), 0, -1) if parts[0]]


def _texts(definition: Mapping[str, Any]) -> dict[str, Any]:
    return {name: definition[name] for name in TEXTS if definition.get(name) is not None}
