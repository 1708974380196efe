"""A template version ready to be rendered: its parts parsed once, each fault named with its line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from liquid.exceptions import LiquidError

from config.kit.errors import InputRefused, Problem
from content.rendering.environment import HTML, TEXT, Context
from content.rendering.part import Part, parse_part
from content.rendering.refusals import Reason, RenderRefused

PARTS: Final = ("subject", "body", "html")
ROOTS: Final = frozenset({"person", "event", "run", "brand", "links"})
SUBJECT_LIMIT: Final = 900
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What one person gets. A part that the template does not have is None."""

    subject: str | None
    body: str | None
    html: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The parsed parts of one template version."""

    subject: Part | None
    body: Part | None
    html: Part | None

    def render(self, context: Context) -> Rendered:
        """Render for one person; raises RenderRefused, which concerns that person only."""
        return Rendered(
            subject=self._subject(context),
            body=self.body.render(context) if self.body else None,
            html=self.html.render(context) if self.html else None,
        )

    def _subject(self, context: Context) -> str | None:
        if self.subject is None:
            return None
        text = self.subject.render(context)
        if _BREAKS.search(text):
            # a line break out of somebody's trait would start a header of its own
            raise RenderRefused(Reason.ERROR, "the subject contains a line break or control character")
        if len(text) > SUBJECT_LIMIT:
            raise RenderRefused(Reason.LIMIT, f"the subject is longer than {SUBJECT_LIMIT} characters")
        return text


def parse_program(definition: Mapping[str, Any]) -> Program:
    """Parse a template's parts; raises InputRefused with every fault and its line."""
    parts: dict[str, Part | None] = dict.fromkeys(PARTS)
    problems: list[Problem] = []
    for name in PARTS:
        source = definition.get(name)
        if source is None:
            continue
        try:
            parts[name] = parse_part(source, html=name == "html")
            problems += _unknown_filters(name, parts[name])
        except RecursionError:
            problems.append(Problem(path=f"/{name}", message="nested too deeply", hint="Nest fewer blocks and terms."))
        except LiquidError as error:
            problems.append(_syntax_problem(name, source, error))
    if problems:
        raise InputRefused(problems)
    return Program(subject=parts["subject"], body=parts["body"], html=parts["html"])


def warnings(program: Program) -> list[Problem]:
    """Name the variables that no person can ever have: their root is none that templates can read."""
    found: dict[str, Problem] = {}
    for name in PARTS:
        part: Part | None = getattr(program, name)
        for root in part.template.analyze().globals if part else ():
            if root not in ROOTS:
                message = f"“{root}” is not among the variables that a template can read"
                hint = f"Begin with one of {', '.join(sorted(ROOTS))}."
                found.setdefault(root, Problem(path=f"/{name}", message=message, hint=hint))
    return list(found.values())


def _unknown_filters(name: str, part: Part | None) -> list[Problem]:
    env = HTML if name == "html" else TEXT
    used = part.template.analyze().filters if part else {}
    known = ", ".join(sorted(env.filters))
    return [
        Problem(path=f"/{name}", message=f"unknown filter “{used_filter}”", hint=f"Use one of {known}.")
        for used_filter in used
        if used_filter not in env.filters
    ]


def _syntax_problem(name: str, source: str, error: LiquidError) -> Problem:
    line = _line(source, error)
    where = f"line {line}: " if line else ""
    return Problem(path=f"/{name}", message=f"{where}{error.message}", hint=_HINTS.get(_kind(error), _SYNTAX))


def _line(source: str, error: LiquidError) -> int | None:
    """Count the line of the fault; one at the end of the text has no token, and is on the last line."""
    if error.token is None:
        return None
    index = error.token.start_index
    return source.count("\n", 0, index) + 1 if index >= 0 else source.count("\n") + 1


def _kind(error: LiquidError) -> str:
    return next((kind for kind in _HINTS if kind in str(error.message)), "")


_SYNTAX: Final = "See the Liquid reference: {{ person.first_name | default: 'friend' }}, {% if … %} … {% endif %}."
_HINTS: Final = {
    "unexpected tag 'include'": "Templates cannot load files; write the text in place.",
    "unexpected tag 'render'": "Templates cannot load files; write the text in place.",
    "expected tag end": "Close the block that is open.",
}
