"""What a person is called in texts and files, and how that is found there: whole, in every usual encoding."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import IO, Any, Final

import re2

SHORT: Final = 4
"""A shorter name is no word that tells anybody apart: it counts only where it is a whole cell or value."""
TAKEN_OUT: Final = "…"
BLOCK: Final = 1 << 20
ENCODINGS: Final = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
AROUND: Final = (r"[^0-9A-Za-z_]", r"[^0-9A-Za-z_]")
AROUND_CELL: Final = (r"""[,;|\t\r\n"'\xbf\xfe\xff]\x00?""", r"""\x00?[,;|\t\r\n"']""")
"""What separates cells, also in two bytes; the mark at the beginning of a file does, too."""


@dataclass(frozen=True, slots=True)
class Names:
    """Ids, addresses and numbers of one person."""

    texts: frozenset[str]
    _pattern: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_pattern", _compiled(self.texts))

    def stand_in(self, text: str) -> bool:
        """Whether the text holds one of them."""
        return self._found(text.encode("utf-8", "replace"))

    def stand_in_file(self, file: IO[bytes]) -> bool:
        """Whether the file holds one of them; a block of it is in memory at a time."""
        kept, overlap = b"", max((4 * len(text) for text in self.texts), default=0) + 8
        while block := file.read(BLOCK):
            if self._found(kept + block):
                return True
            kept = (kept + block)[-overlap:]
        return False

    def taken_out_of(self, value: Any) -> Any:
        """Return JSON without the texts and keys that hold one of them."""
        if isinstance(value, str):
            return TAKEN_OUT if self.stand_in(value) else value
        if isinstance(value, list):
            return [self.taken_out_of(item) for item in value]
        if isinstance(value, dict):
            return {key: self.taken_out_of(item) for key, item in value.items() if not self.stand_in(key)}
        return value

    def _found(self, data: bytes) -> bool:
        return self._pattern is not None and self._pattern.search(data) is not None


def names(texts: Iterable[str | None]) -> Names:
    """Return the names that are any."""
    return Names(frozenset(text for text in texts if text))


def _compiled(texts: Iterable[str]) -> Any:
    """Return the pattern over bytes; RE2 looks for all of them in one pass and linear time."""
    found = {text: "|".join(sorted({_escaped(text, encoding) for encoding in ENCODINGS})) for text in sorted(texts)}
    long = "|".join(told for text, told in found.items() if len(text) >= SHORT)
    short = "|".join(told for text, told in found.items() if len(text) < SHORT)
    kinds = ((AROUND, long), (AROUND_CELL, short))
    parts = [f"(?:^|{before})(?:{told})(?:$|{after})" for (before, after), told in kinds if told]
    options = re2.Options()
    options.encoding, options.case_sensitive, options.log_errors = re2.Options.Encoding.LATIN1, False, False
    return re2.compile("|".join(parts).encode(), options) if parts else None  # type: ignore[no-untyped-call]


def _escaped(text: str, encoding: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode(encoding, "replace"))
