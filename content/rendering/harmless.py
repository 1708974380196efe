"""A rendered mail for a frame in the console: as it looks, without anything that runs, loads or leads away."""

from html import escape
from html.parser import HTMLParser
from typing import Final

_GONE: Final = frozenset({"script", "style", "title", "iframe", "object", "template", "noscript", "textarea", "select"})
_ALONE: Final = frozenset({"link", "meta", "base", "input", "button", "form", "embed", "frame", "param", "source"})
_KEPT: Final = frozenset(
    {"style", "class", "align", "valign", "bgcolor", "width", "height", "border", "cellpadding", "cellspacing", "dir"}
    | {"lang", "alt", "title", "colspan", "rowspan", "role", "color", "size", "face"}
)
_VOID: Final = frozenset({"br", "hr", "img", "col", "wbr", "area"})
_PAGE: Final = (
    '<!doctype html><html><head><meta charset="utf-8"></head>'
    '<body style="margin:0;padding:16px;font:15px/1.5 system-ui,sans-serif;{}">{}</body></html>'
)
_LIGHT: Final = "color:#1b1f27;background:#ffffff"
_DARK: Final = "color:#e6e8ec;background:#14171c"


def harmless(html: str, *, dark: bool) -> str:
    """Return a page of its own: only harmless elements and attributes, pictures as boxes, links as underlined text."""
    cleaner = _Cleaner()
    cleaner.feed(html)
    cleaner.close()
    return _PAGE.format(_DARK if dark else _LIGHT, "".join(cleaner.out))


class _Cleaner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._gone = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _GONE:
            self._gone += 1
        elif not self._gone and tag not in _ALONE and tag not in ("html", "head", "body"):
            self.out.append(self._opened(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in _GONE:
            self._gone = max(0, self._gone - 1)
        elif not self._gone and tag not in _ALONE | _VOID and tag not in ("html", "head", "body"):
            self.out.append(f"</{'u' if tag == 'a' else tag}>" if tag.isalnum() else "")

    def handle_data(self, data: str) -> None:
        if not self._gone:
            self.out.append(escape(data))

    def _opened(self, tag: str, given: dict[str, str | None]) -> str:
        if not tag.isalnum():
            return ""
        if tag == "img":
            style = f"display:inline-block;{_box(given.get('width'), given.get('height'))}outline:1px dashed #8a919e"
            return f'<span style="{style}">{escape(given.get("alt") or "")}</span>'
        kept = "".join(f' {name}="{escape(value or "")}"' for name, value in given.items() if _may_stay(name, value))
        if tag == "a":
            return f'<u title="{escape(given.get("href") or "")}"{kept}>'
        return f"<{tag}{kept}>"


def _may_stay(name: str, value: str | None) -> bool:
    # a style may load a picture
    return name in _KEPT and not (name == "style" and "url(" in (value or "").lower().replace("\\", ""))


def _box(width: str | None, height: str | None) -> str:
    sides = zip(("width", "height"), (width, height), strict=True)
    return "".join(
        f"{side}:{min(int(n), 2000)}px;" for side, n in sides if n and n.isascii() and n.isdecimal() and len(n) < 6
    )
