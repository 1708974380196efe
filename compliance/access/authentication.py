"""API keys at the door."""

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class KeyAuthentication(BaseAuthentication):
    """Recognises write keys and secret keys."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        return None


class HasScope(BasePermission):
    """Lets a key through whose scopes contain the view's `scope`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return False
