"""How many text messages a text takes: GSM-7 while its alphabet suffices, else UCS-2; long ones lose a header each."""

from dataclasses import dataclass
from typing import Final

BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED: Final = frozenset("\f^{}\\[~]|€")
ALONE: Final = {"GSM-7": 160, "UCS-2": 70}
JOINED: Final = {"GSM-7": 153, "UCS-2": 67}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """`units` are septets or 16-bit units; `odd` are the characters that made it UCS-2."""

    encoding: str
    units: int
    segments: int
    left: int
    odd: str


def count(text: str) -> Segments:
    """Count a text as networks do: an escape or a surrogate pair takes two units and is never cut in two."""
    odd = "".join(dict.fromkeys(c for c in text if c not in BASIC and c not in EXTENDED))
    encoding = "UCS-2" if odd else "GSM-7"
    sizes = [2 if (ord(c) > 0xFFFF if odd else c in EXTENDED) else 1 for c in text]
    units = sum(sizes)
    if units <= ALONE[encoding]:
        used, segments, room = units, 1 if text else 0, ALONE[encoding]
    else:
        segments, used, room = *_packed(sizes, JOINED[encoding]), JOINED[encoding]
    return Segments(encoding=encoding, units=units, segments=segments, left=room - used, odd=odd[:20])


def _packed(sizes: list[int], room: int) -> tuple[int, int]:
    """Return the number of segments and how full the last one is."""
    segments, used = 1, 0
    for size in sizes:
        if used + size > room:
            segments, used = segments + 1, 0
        used += size
    return segments, used
