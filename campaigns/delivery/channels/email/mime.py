"""Builds the bytes of a message: a frame per template version made by Python's `email`, each person's parts spliced in.

A frame is the message that `EmailMessage` makes of marks in place of the personal parts, cut at the marks. What
is spliced in is encoded as `EmailMessage` would (RFC 2047 for the subject; 7bit, quoted-printable or base64 for
the texts), so that reading the result gives the same headers and texts; a property test holds it to that.
"""

import binascii
import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

from campaigns.delivery.channels.base import Addressed, AddressRefused

FRAMES: Final = 500
WORD_BYTES: Final = 45
LINE: Final = 990
"""A line may have 998 bytes (RFC 5322); a doubled dot must fit, too."""
Parts = tuple[tuple[str, str], ...]
"""Kind (plain, html) and encoding of each text."""
MARKS: Final = ("text-0f1b6e-mark", "html-0f1b6e-mark")
END: Final = b"\r\n.\r\n"
_ODD_HEADER: Final = re.compile(r"[^\x21-\x7e ]|=\?|^ | $|  ")
_LINE_BREAK: Final = re.compile(r"[\x00-\x1f\x7f]")
_NEWLINE: Final = re.compile(r"\r\n?")


@dataclass(frozen=True, slots=True)
class Frame:
    """The fixed bytes of a message between its personal parts."""

    domain: bytes
    pieces: tuple[bytes, ...]


class Frames:
    """The frames used last, by template version, sender, and the kind and encoding of each part."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[object, ...], Frame] = OrderedDict()

    def of(self, message: Addressed, parts: Parts) -> Frame:
        """Return the frame for a message, built at its first use."""
        key = (message.template_version_id, message.sender, message.sender_name, parts)
        frame = self._known.get(key)
        if frame is None:
            frame = self._known[key] = _frame(message, parts)
            while len(self._known) > FRAMES:
                self._known.popitem(last=False)
        return frame


def build(message: Addressed, frames: Frames) -> bytes:
    """Return the message as it goes on the wire: CRLF lines, dots doubled, the final dot at the end."""
    content = message.content
    texts = [(kind, text) for kind, text in (("plain", content.body), ("html", content.html)) if text is not None]
    parts = tuple([(kind, choose_encoding(text)) for kind, text in texts])
    frame = frames.of(message, parts)
    out = [_personal_headers(message, frame), frame.pieces[0]]
    for (_kind, text), (_same, encoding), piece in zip(texts, parts, frame.pieces[1:], strict=True):
        out += (encode_text(text, encoding), piece)
    stuffed = b"".join(out).replace(b"\r\n.", b"\r\n..")
    return stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") else END)


def _personal_headers(message: Addressed, frame: Frame) -> bytes:
    return b"Message-ID: <%s@%s>\r\nDate: %s\r\nTo: %s\r\nSubject: %s\r\n%s" % (
        str(message.delivery_id).encode(),
        frame.domain,
        _date(message.at),
        message.address.encode(),
        encode_subject(message.content.subject or ""),
        _unsubscribe(message.unsubscribe_url),
    )


def encode_subject(subject: str) -> bytes:
    """Return a subject as header value: as it is when plain, else in RFC 2047 words; a line break is refused."""
    if _LINE_BREAK.search(subject):
        raise AddressRefused("a header contains a line break or control character")
    if not _ODD_HEADER.search(subject):
        return subject.encode("ascii")
    return b"\r\n ".join(b"=?utf-8?b?%s?=" % binascii.b2a_base64(word, newline=False) for word in _words(subject))


def choose_encoding(text: str) -> str:
    """Return how a text travels: as it is when that is legal, else in the shorter of the two encodings."""
    if text.isascii() and "\0" not in text and max(map(len, text.split("\n"))) <= LINE and "\r" not in text:
        return "7bit"
    # a character outside ASCII takes three to nine bytes of quoted-printable, and two to three of UTF-8
    return "base64" if (len(text.encode()) - len(text)) * 6 > len(text) else "quoted-printable"


def encode_text(text: str, encoding: str) -> bytes:
    """Return a text part's body, its lines ended by CRLF, in the encoding."""
    lines = _NEWLINE.sub("\n", text) if "\r" in text else text
    data = lines.encode() if lines.endswith("\n") else lines.encode() + b"\n"
    if encoding == "quoted-printable":
        return binascii.b2a_qp(data, istext=True).replace(b"\n", b"\r\n")
    data = data.replace(b"\n", b"\r\n")
    return _base64_lines(data) if encoding == "base64" else data


def _base64_lines(data: bytes) -> bytes:
    whole = binascii.b2a_base64(data, newline=False)
    return b"".join([whole[start : start + 76] + b"\r\n" for start in range(0, len(whole), 76)])


def _words(subject: str) -> list[bytes]:
    """Cut the text into runs of at most 45 bytes, never inside a character."""
    words, current = [], b""
    for character in subject:
        encoded = character.encode()
        if len(current) + len(encoded) > WORD_BYTES:
            words.append(current)
            current = b""
        current += encoded
    return [*words, current]


@lru_cache(maxsize=64)
def _date(at: datetime) -> bytes:
    return format_datetime(at.replace(microsecond=0)).encode()


def _unsubscribe(url: str | None) -> bytes:
    """RFC 8058: one click, no page in between."""
    if url is None:
        return b""
    return b"List-Unsubscribe: <%s>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" % url.encode("ascii")


def _frame(message: Addressed, parts: Parts) -> Frame:
    draft = EmailMessage(policy=SMTP)
    draft["From"] = Address(display_name=message.sender_name, addr_spec=message.sender)
    for number, (kind, encoding) in enumerate(parts):
        add = draft.add_alternative if number else draft.set_content
        add(MARKS[number], subtype=kind, cte=encoding)
    _name, _at, domain = message.sender.rpartition("@")
    return Frame(domain=domain.encode("idna"), pieces=_cut(draft.as_bytes(), parts))


def _cut(whole: bytes, parts: Parts) -> tuple[bytes, ...]:
    pieces: list[bytes] = []
    for mark, (_kind, encoding) in zip(MARKS, parts, strict=False):
        before, _found, whole = whole.partition(encode_text(mark, encoding))
        pieces.append(before)
    return (*pieces, whole)
