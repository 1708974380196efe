"""Tells the OpenAPI document how keys are shown."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class KeyScheme(OpenApiAuthenticationExtension):
    """Two ways to show a key: as basic-auth user, or as bearer token."""

    target_class = "compliance.access.authentication.KeyAuthentication"
    name: Any = ("writeKey", "secretKey")

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        """Return the two schemes, in the order of `name`."""
        return [
            {"type": "http", "scheme": "basic", "description": "The write key as user, an empty password."},
            {"type": "http", "scheme": "bearer", "description": "A secret key."},
        ]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        """Return the ways as alternatives: either will do."""
        return [{scheme: []} for scheme in self.name]
