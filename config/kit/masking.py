"""Shows who somebody is to a colleague without telling an address, a number or a full name to everyone who looks."""

import re
from typing import Any, Final

NAMES: Final = ("name", "first_name", "last_name", "full_name", "nickname", "firstname", "lastname", "username")
PRIVATE: Final = frozenset(
    {
        *NAMES,
        "email",
        "phone",
        "mobile",
        "tel",
        "address",
        "street",
        "birthday",
        "birthdate",
        "id_number",
        "ip",
        "openid",
        "unionid",
        "wechat_openid",
        "wechat_unionid",
        "device",
    }
)
EMAIL: Final = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
NUMBER: Final = re.compile(r"^\+?[\d\s()-]{7,20}$")
DOTS: Final = "***"


def masked(value: Any) -> str:
    """Return the ends of a text with dots between; of an e-mail address the domain stays."""
    text = str(value)
    local, at, domain = text.rpartition("@")
    if at and EMAIL.match(text):
        return f"{_ends(local)}@{domain}"
    return _ends(text)


def is_private(name: str, value: Any = "") -> bool:
    """Whether a trait or property is somebody's personal detail, by its name or by what it looks like."""
    last = name.rsplit(".", 1)[-1].casefold()
    if last in PRIVATE:
        return True
    return isinstance(value, str) and bool(EMAIL.match(value) or (value[:1] in "+0" and NUMBER.match(value)))


def shown(name: str, value: Any) -> Any:
    """Return a value as a page may show it: private texts masked, also inside lists and objects."""
    if isinstance(value, dict):
        return {key: shown(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [shown(name, item) for item in value]
    return masked(value) if value not in (None, "") and is_private(name, value) else value


def _ends(text: str) -> str:
    if len(text) <= 3:
        return text[:1] + DOTS[:2]
    keep = 1 if len(text) <= 7 else 3 if text.lstrip("+").isdigit() else 2
    return f"{text[:keep]}{DOTS}{text[-1:] if keep == 1 else text[-2:]}"
