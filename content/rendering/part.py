"""One parsed text of a template (subject, body or HTML) and its two ways of being rendered.

Most parts only print variables, with or without a default. Those become a list of texts and paths that a few
dictionary look-ups fill in, many times faster than the Liquid interpreter; any other part, and any value that
the short way does not know, goes to Liquid. Both give the same text (a property test holds them to it).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from liquid import BoundTemplate, escape
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import Filter, FilteredExpression, Path, PositionalArgument, StringLiteral
from liquid.builtin.output import OutputNode
from liquid.exceptions import LiquidError

from content.rendering.environment import HTML, TEXT, Context, LimitedEnvironment
from content.rendering.refusals import MissingVariable, Reason, RenderRefused

# names that Liquid gives a meaning of its own
SPECIAL: Final = frozenset({"size", "first", "last"})
OUTPUT_LIMIT: Final = LimitedEnvironment.output_stream_limit


class _LongWay(Exception):
    """A value that only Liquid knows how to print."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """A variable in the text: where to find it, and what stands for it when it is missing (None: nothing does)."""

    path: tuple[str, ...]
    default: str | None

    def fill(self, context: Context, quote: Callable[[str], str]) -> str:
        value: Any = context
        for name in self.path:
            if type(value) is not dict:
                raise _LongWay
            value = value.get(name)
            if value is None:
                return self._missing()
        if type(value) is str:
            return quote(value) if value or self.default is None else self.default
        if type(value) is int and -(10**15) < value < 10**15:
            return str(value)
        raise _LongWay

    def _missing(self) -> str:
        if self.default is None:
            raise MissingVariable(".".join(self.path))
        return self.default


@dataclass(frozen=True, slots=True)
class Part:
    """A parsed text; `render` gives it for one person or raises RenderRefused."""

    template: BoundTemplate
    slots: tuple[str | _Slot, ...] | None
    html: bool

    def render(self, context: Context) -> str:
        if self.slots is not None:
            try:
                return self._fill(context)
            except _LongWay:
                pass
        return self.interpret(context)

    def _fill(self, context: Context) -> str:
        quote: Callable[[str], str] = escape if self.html else str
        text = "".join([slot if isinstance(slot, str) else slot.fill(context, quote) for slot in self.slots or ()])
        if len(text) * 4 > OUTPUT_LIMIT and len(text.encode()) > OUTPUT_LIMIT:
            raise RenderRefused(Reason.LIMIT, f"more than {OUTPUT_LIMIT} bytes of output")
        return text

    def interpret(self, context: Context) -> str:
        """Render by Liquid, the way that knows everything."""
        try:
            return str(self.template.render(context))
        except RenderRefused:
            raise
        except LiquidError as error:
            reason = Reason.LIMIT if "Limit" in type(error).__name__ else Reason.ERROR
            raise RenderRefused(reason, str(error.message)[:300]) from error
        except (ArithmeticError, RecursionError, ValueError, TypeError, LookupError, AttributeError) as error:
            # a filter of Liquid stumbled over a value; it is this person's send that stops, not the batch
            raise RenderRefused(Reason.ERROR, f"{type(error).__name__}: {error}"[:300]) from error


def parse_part(source: str, *, html: bool) -> Part:
    """Parse one text; raises LiquidError with the place of the fault."""
    template = (HTML if html else TEXT).parse(source)
    return Part(template=template, slots=_slots(template), html=html)


def _slots(template: BoundTemplate) -> tuple[str | _Slot, ...] | None:
    slots = [_slot(node) for node in template.nodes]
    return None if any(slot is None for slot in slots) else tuple(slot for slot in slots if slot is not None)


def _slot(node: Any) -> str | _Slot | None:
    if type(node) is ContentNode:
        return str(node.text)
    if type(node) is not OutputNode or type(node.expression) is not FilteredExpression:
        return None
    path, filters = node.expression.left, node.expression.filters or []
    if type(path) is not Path or not all(type(name) is str and name not in SPECIAL for name in path.path):
        return None
    names = tuple(str(name) for name in path.path)
    if not filters:
        return _Slot(path=names, default=None)
    literal = _default(filters)
    return None if literal is None else _Slot(path=names, default=literal)


def _default(filters: list[Filter]) -> str | None:
    """Return the text of a lone `default: 'text'`; the author wrote it, so it is not escaped, as in Liquid."""
    if len(filters) != 1 or filters[0].name != "default" or len(filters[0].args) != 1:
        return None
    argument = filters[0].args[0]
    if type(argument) is PositionalArgument and type(argument.value) is StringLiteral:
        return str(argument.value.value)
    return None
