"""API keys at the door: who calls, for which workspace, with which rights."""

import base64
import binascii
import time
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from compliance.access.keys import Key, digest_of, find_key
from config.kit import clock, wall
from config.kit.actors import Actor, become

__all__ = ["ApiClient", "HasScope", "Key", "KeyAuthentication", "key_of"]

REMEMBER_SECONDS: Final = 10.0
REMEMBER_KEYS: Final = 1024
LONGEST_KEY: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiClient:
    """The `request.user` of an API request: no person, but the actor who holds the key."""

    actor: Actor
    is_authenticated: bool = True


class _Remembered:
    """The keys seen in the last ten seconds, so that a stream of requests asks the database once."""

    def __init__(self) -> None:
        self._keys: OrderedDict[bytes, tuple[float, Key]] = OrderedDict()
        self._lock = Lock()

    def get(self, text: str) -> Key | None:
        """Return the key if it was read less than ten seconds ago."""
        with self._lock:
            read_at, key = self._keys.get(digest_of(text), (0.0, None))
        return key if key and time.monotonic() - read_at < REMEMBER_SECONDS else None

    def put(self, text: str, key: Key) -> None:
        """Remember a key that exists; unknown texts are not kept, so that guessing cannot push good ones out."""
        digest = digest_of(text)
        with self._lock:
            self._keys[digest] = (time.monotonic(), key)
            self._keys.move_to_end(digest)
            if len(self._keys) > REMEMBER_KEYS:
                self._keys.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._keys.clear()


remembered = _Remembered()


class KeyAuthentication(BaseAuthentication):
    """Takes a key as basic-auth user (as Segment's clients send it) or as bearer token."""

    def authenticate(self, request: Request) -> tuple[ApiClient, Key] | None:
        """Return the client and its key; None without credentials; 401 with the reason for bad ones."""
        text = _text_of(get_authorization_header(request))
        if text is None:
            return None
        key = remembered.get(text) or _read(text)
        _refuse_dead(key)
        actor = key.actor(request_id=str(request.META.get("signalbox.request_id", "")))
        become(actor)
        return ApiClient(actor=actor), key

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401."""
        return 'Basic realm="Signalbox: write key as user, empty password", Bearer'


class HasScope(BasePermission):
    """Lets a key through whose scopes contain the view's `scope` (one for all methods, or one per method)."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return whether the key may; a view that names no scope is closed."""
        if request.method == "OPTIONS":
            return True
        key = key_of(request)
        scope = getattr(view, "scope", None)
        if isinstance(scope, dict):
            scope = scope.get(request.method, scope.get("*"))
        if scope is None or not key.allows(scope):
            raise PermissionDenied(f"This key lacks the scope {scope or 'that this address needs'}.")
        wall.enter(key.workspace_id)
        return True


def key_of(request: Request) -> Key:
    """Return the key with which the request came (`HasScope` has seen to it that there is one)."""
    if not isinstance(request.auth, Key):
        raise NotAuthenticated("Send an API key: the write key as basic-auth user, or a secret key as bearer.")
    return request.auth


def _text_of(header: bytes) -> str | None:
    scheme, _space, rest = header.partition(b" ")
    match scheme.lower():
        case b"":
            return None
        case b"bearer":
            text = rest.strip().decode("ascii", "replace")
        case b"basic":
            text = _basic_user(rest)
        case _:
            raise AuthenticationFailed("Authorization must be Basic (write key as user) or Bearer (secret key).")
    if not text or len(text) > LONGEST_KEY:
        raise AuthenticationFailed("The Authorization header holds no key.")
    return text


def _basic_user(encoded: bytes) -> str:
    try:
        return base64.b64decode(encoded.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        raise AuthenticationFailed("The basic credentials are not base64 of UTF-8 text.") from None


def _read(text: str) -> Key:
    key = find_key(text, now=clock.now())
    if key is None:
        raise AuthenticationFailed("This key does not exist.")
    remembered.put(text, key)
    return key


def _refuse_dead(key: Key) -> None:
    if key.revoked_at:
        raise AuthenticationFailed("This key was revoked. Ask an administrator for a new one.")
    if key.expires_at and key.expires_at <= clock.now():
        raise AuthenticationFailed(f"This key expired at {key.expires_at:%Y-%m-%dT%H:%M:%SZ}.")
