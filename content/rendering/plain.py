"""The plain text of an HTML mail: for readers without HTML, made once from the template where none is written."""

import re
from html.parser import HTMLParser
from typing import Final

from content.rendering.liquid_apart import LIQUID

_UNSEEN: Final = frozenset({"head", "script", "style", "title", "template"})
_BLOCKS: Final = frozenset(
    {"address", "article", "blockquote", "div", "dl", "dt", "dd", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
_SPACED: Final = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote"])
_MARK: Final = re.compile("\ue000(\\d+)\ue001")
_BLANK: Final = re.compile(r"[ \t\r\f\v]+")


def text_of(html: str) -> str:
    """Return the text of HTML, Liquid and all: blocks on lines, items with a dash, links with their address."""
    pieces: list[str] = []

    def mark(match: re.Match[str]) -> str:
        pieces.append(match.group())
        return f"\ue000{len(pieces) - 1}\ue001"

    reader = _Reader()
    reader.feed(LIQUID.sub(mark, html))
    reader.close()
    lines = [_BLANK.sub(" ", line).strip() for line in "".join(reader.out).split("\n")]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return _MARK.sub(lambda match: pieces[int(match.group(1))], text)


class _Reader(HTMLParser):
    """Collects the text in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._unseen = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "br":
            self.out.append("\n")
        elif tag == "img" and given.get("alt"):
            self._say(str(given["alt"]))
        elif tag == "a":
            self._links.append((given.get("href") or "", len(self.out)))
        elif tag in _BLOCKS:
            self.out.append("\n\n" if tag in _SPACED else "\n")
            self.out += ["- "] if tag == "li" else []

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "a" and self._links:
            address, start = self._links.pop()
            said = "".join(self.out[start:]).strip()
            if address and not address.startswith("#") and address.removeprefix("mailto:") != said:
                self._say(f" ({address})" if said else address)
        elif tag in ("td", "th"):
            self.out.append(" ")
        elif tag in _BLOCKS:
            self.out.append("\n\n" if tag in _SPACED else "\n")

    def handle_data(self, data: str) -> None:
        self._say(data.replace("\n", " "))

    def _say(self, text: str) -> None:
        if not self._unseen:
            self.out.append(text)
