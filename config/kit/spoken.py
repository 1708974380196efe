"""Says in the reader's language what a pure room has said: the edge between refusals and pages."""

from django.utils.translation import gettext

from config.kit.errors import Problem
from config.kit.phrases import Phrase


def spoken(text: str) -> str:
    """Return the sentence in the active language, with the sentences that stand in it; other texts as they are."""
    if not isinstance(text, Phrase):
        return text
    given = {name: spoken(value) if isinstance(value, str) else value for name, value in text.given.items()}
    return gettext(text.pattern) % given if given else gettext(text.pattern)


def told(problem: Problem) -> str:
    """Return what is wrong and the way out, in the active language."""
    said, hint = spoken(problem.message), spoken(problem.hint)
    between = " " if said.endswith((".", "?", "。", "？")) else " · "
    return f"{said}{between}{hint}" if hint else said
