"""Reads a request's body within its limits, without ever holding more of it in memory than may come in."""

import zlib
from typing import Final

from django.http import HttpRequest
from django.http.request import UnreadablePostError

from audiences.intake.limits import MAX_BODY

CONTENT_TYPES: Final = frozenset({"application/json", "text/plain", ""})
"""Browsers' beacons cannot say more than text/plain."""


class BodyRefused(Exception):
    """A body that is not looked into: the HTTP status and what to do about it."""

    def __init__(self, status: int, detail: str) -> None:
        self.status = status
        self.detail = detail
        super().__init__(detail)


MAX_DISCARDED: Final = 16 * 1024 * 1024
PIECE: Final = 64 * 1024
TOO_LARGE: Final = f"The body is larger than {MAX_BODY} bytes (after decompression). Send smaller batches."


def read_body(request: HttpRequest) -> bytes:
    """Return the plain body, or raise `BodyRefused` before more than the limit was read."""
    _check_type(request.META.get("CONTENT_TYPE", ""))
    _check_length(request)
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "identity").strip().lower()
    try:
        body = request.read(MAX_BODY + 1)
    except UnreadablePostError:
        raise BodyRefused(400, "The body broke off before its end. Send it again.") from None
    if len(body) > MAX_BODY:
        raise BodyRefused(413, TOO_LARGE)
    if encoding in ("gzip", "x-gzip"):
        return _inflate(body)
    if encoding != "identity":
        raise BodyRefused(415, "Content-Encoding must be gzip, or left out.")
    return body


def _check_type(content_type: str) -> None:
    plain, _, parameters = content_type.partition(";")
    if plain.strip().lower() not in CONTENT_TYPES:
        raise BodyRefused(415, "Content-Type must be application/json.")
    name, _, charset = parameters.partition("=")
    if name.strip().lower() == "charset" and charset.strip(' "').lower() not in ("utf-8", "utf8"):
        raise BodyRefused(415, "The body must be UTF-8.")


def _check_length(request: HttpRequest) -> None:
    length = request.META.get("CONTENT_LENGTH", "")
    if length.isdigit() and int(length) > MAX_BODY:
        _discard(request)
        raise BodyRefused(413, TOO_LARGE)
    if not length and request.META.get("HTTP_TRANSFER_ENCODING"):
        raise BodyRefused(411, "Send the body with a Content-Length.")


def _discard(request: HttpRequest) -> None:
    """Let a client that sends somewhat too much finish: most hear the answer only when they have said all."""
    for _ in range(MAX_DISCARDED // PIECE):
        if not request.read(PIECE):
            return


def _inflate(body: bytes) -> bytes:
    """Decompress up to the limit: a bomb costs no more than an honest body."""
    plain = b""
    try:
        while body:
            member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            plain += member.decompress(body, MAX_BODY + 1 - len(plain))
            if len(plain) > MAX_BODY:
                raise BodyRefused(413, TOO_LARGE)
            if not member.eof:
                raise BodyRefused(400, "The gzip body breaks off before its end.")
            body = member.unused_data
    except zlib.error:
        raise BodyRefused(400, "The body is not gzip, although Content-Encoding says so.") from None
    return plain
