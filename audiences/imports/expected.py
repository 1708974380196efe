"""Says in the reader's language what a row should have held; rows and their file keep it in English."""

import re
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PLAIN: Final[dict[str, str | Promise]] = {
    "a number like 1234.56, without separators or unit": _("a number like 1234.56, without separators or unit"),
    "yes or no (also true/false, 1/0, 是/否)": _("yes or no (also true/false, 1/0, and the Chinese words)"),
    "granted or withdrawn (also yes/no, 是/否, 订阅/退订)": _(
        "granted or withdrawn (also yes/no, and the Chinese words)"
    ),
    "every quote closed, and doubled inside quotes": _("every quote closed, and doubled inside quotes"),
    "a list of texts or numbers": _("a list of texts or numbers"),
    "the time at which it happened": _("the time at which it happened"),
    "no NUL characters": _("no NUL characters"),
    "text": _("text"),
}
NUMBERED: Final[tuple[tuple[re.Pattern[str], str | Promise], ...]] = (
    (re.compile(r"(\d+) cells, as in the header"), _("%s cells, as in the header")),
    (re.compile(r"a row of at most (\d+) bytes"), _("a row of at most %s bytes")),
    (re.compile(r"text in ([\w-]+)"), _("text in %s")),
)


def expected_text(expected: str) -> str:
    """Return the words for what was expected; what has none stands as it was kept."""
    for pattern, said in NUMBERED:
        if found := pattern.fullmatch(expected):
            return str(said) % found[1]
    return str(PLAIN.get(expected, expected))
