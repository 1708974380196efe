"""What a careful colleague would say of a variant before it is sent: links, unsubscribing, size, variables, styles."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, Literal

from config.kit.phrases import phrase
from content.rendering.addresses import links_of
from content.rendering.likeness import ADAPTED, difference
from content.rendering.plain import text_of
from content.rendering.program import PARTS, ROOTS, Program
from content.rendering.segments import count
from content.rendering.styles import inlined

CLIPPED: Final = 102_000
"""Bytes after which a large mail provider hides the rest of a mail."""
LONG_SMS: Final = 3
LONG: Final[Mapping[tuple[str, str], int]] = {
    ("email", "subject"): 120,
    ("push", "subject"): 50,
    ("push", "body"): 150,
    ("wecom", "body"): 2000,
    ("wechat", "body"): 600,
}
_STOPS: Final = ("退订", "拒收", "回复r", "回t", "stop", "links.unsubscribe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found, where, and what to do. `bad` is not published, `warn` is for the author to weigh."""

    check: str
    level: Literal["bad", "warn"]
    part: str
    message: str
    hint: str


def findings(variant: Mapping[str, Any], program: Program, *, purpose: str = "marketing") -> list[Finding]:
    """Return what was found in one variant, the worst first."""
    found = [
        *banned(variant),
        *_links(variant),
        *_unsubscribing(variant, purpose),
        *_sizes(variant),
        *_variables(program),
        *_styles(variant),
    ]
    return sorted(found, key=lambda finding: finding.level)


def banned(variant: Mapping[str, Any]) -> Iterator[Finding]:
    """Name the addresses that would run something or read the reader's files."""
    for link in links_of(variant.get("html") or ""):
        if link.banned:
            message = phrase("a link may not begin with “%(scheme)s:”", scheme=link.scheme)
            hint = phrase("Use https://, mailto: or tel:.")
            yield Finding(check="protocol", level="bad", part="html", message=message, hint=hint)


def not_adapted(variants: list[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], Mapping[str, Any], float]]:
    """Return the pairs on different channels in one language that say nearly the same, with their difference."""
    pairs = [
        (one, other)
        for number, one in enumerate(variants)
        for other in variants[number + 1 :]
        if one["channel"] != other["channel"] and one["locale"].lower() == other["locale"].lower()
    ]
    measured = [(one, other, difference(words(one), words(other))) for one, other in pairs]
    return [pair for pair in measured if pair[2] < ADAPTED]


def words(variant: Mapping[str, Any]) -> str:
    """Return the running text of a variant, without its subject."""
    return str(variant.get("body") or text_of(variant.get("html") or ""))


def _links(variant: Mapping[str, Any]) -> Iterator[Finding]:
    for link in links_of(variant.get("html") or ""):
        if link.tag == "a" and link.address.strip() in ("", "#"):
            message, hint = phrase("a link leads nowhere"), phrase("Give it an address, or make it plain text.")
            yield Finding(check="link", level="warn", part="html", message=message, hint=hint)
        elif link.scheme == "http":
            message = phrase("“%(address)s” is not encrypted", address=link.address[:80])
            yield Finding(check="link", level="warn", part="html", message=message, hint=phrase("Use https://."))


def _unsubscribing(variant: Mapping[str, Any], purpose: str) -> Iterator[Finding]:
    texts = " ".join(str(variant.get(part) or "") for part in PARTS).lower()
    if purpose != "marketing":
        return
    if variant["channel"] == "email" and "links.unsubscribe" not in texts:
        message = phrase("no link to unsubscribe")
        hint = phrase("Write {{ links.unsubscribe }} where readers look for it, at the end.")
    elif variant["channel"] == "sms" and not any(word in texts for word in _STOPS):
        message = phrase("nothing says how to stop these messages")
        hint = phrase("End with “Reply STOP to end” or “拒收请回复R”.")
    else:
        return
    yield Finding(check="unsubscribe", level="warn", part="body", message=message, hint=hint)


def _sizes(variant: Mapping[str, Any]) -> Iterator[Finding]:
    channel = variant["channel"]
    for part in PARTS:
        length, most = len(variant.get(part) or ""), LONG.get((channel, part))
        if most is not None and length > most:
            message = phrase("%(length)s characters; readers see about %(most)s", length=length, most=most)
            yield Finding(check="size", level="warn", part=part, message=message, hint=phrase("Shorten it."))
    if len((variant.get("html") or "").encode(errors="replace")) > CLIPPED:
        message = phrase("larger than 102 kB: mail programs hide the end of it")
        yield Finding(check="size", level="warn", part="html", message=message, hint=phrase("Shorten it."))
    if channel == "sms" and (segments := count(variant.get("body") or "").segments) > LONG_SMS:
        message = phrase("takes %(segments)s text messages", segments=segments)
        yield Finding(check="size", level="warn", part="body", message=message, hint=phrase("Shorten it."))


def _variables(program: Program) -> Iterator[Finding]:
    known = ", ".join(sorted(ROOTS))
    seen: set[str] = set()
    for part in PARTS:
        parsed = getattr(program, part)
        for root in parsed.template.analyze().globals if parsed else ():
            if root in ROOTS or root in seen:
                continue
            seen.add(root)
            near = get_close_matches(root, [*ROOTS, *_SHORT], n=1, cutoff=0.6)
            message = phrase("“%(name)s” is not among the variables that a template can read", name=root)
            meant = _SHORT.get(near[0], near[0]) if near else ""
            hint = phrase("Did you mean %(name)s?", name=meant) if near else phrase("Begin with one of %(k)s.", k=known)
            yield Finding(check="variable", level="warn", part=part, message=message, hint=hint)


# what authors write when they forget whose it is
_SHORT: Final = {name: f"person.{name}" for name in ("first_name", "last_name", "name", "city", "user_id", "email")}


def _styles(variant: Mapping[str, Any]) -> Iterator[Finding]:
    html = variant.get("html") or ""
    if variant["channel"] == "email" and html and inlined(html) is None:
        message = phrase("the style sheet holds Liquid and stays as it is; some mail programs drop it")
        hint = phrase("Write styles on the elements, or take the Liquid out of <style>.")
        yield Finding(check="style", level="warn", part="html", message=message, hint=hint)
