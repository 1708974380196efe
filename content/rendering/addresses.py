"""The addresses that a mail's HTML leads to, read as a browser reads them."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

from content.rendering.liquid_apart import set_apart

_ATTRIBUTES: Final = frozenset({"href", "src", "action", "formaction", "background", "xlink:href", "poster", "data"})
_UNSEEN: Final = re.compile(r"[\x00-\x20]+")  # browsers drop these inside an address
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_BANNED: Final = frozenset({"javascript", "vbscript", "file", "data", "blob", "filesystem", "ms-its", "mhtml"})


@dataclass(frozen=True, slots=True)
class Link:
    """An address in an attribute of an element; what Liquid prints in it is not known yet."""

    tag: str
    attribute: str
    address: str

    @property
    def scheme(self) -> str:
        found = _SCHEME.match(_UNSEEN.sub("", self.address))
        return found.group(1).lower() if found else ""

    @property
    def banned(self) -> bool:
        image = self.tag == "img" and _UNSEEN.sub("", self.address).lower().startswith("data:image/")
        return self.scheme in _BANNED and not image


def links_of(html: str) -> list[Link]:
    """Return the addresses in their order."""
    apart = set_apart(html)
    reader = _Reader()
    reader.feed(apart.html)
    reader.close()
    return reader.links


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[Link] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [Link(tag, name, value or "") for name, value in attrs if name in _ATTRIBUTES]
