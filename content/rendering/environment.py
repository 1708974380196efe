"""The Liquid that operators write: limits, no files, no clock, and missing variables that speak up."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from liquid import BoundTemplate, Environment, RenderContext
from liquid.exceptions import LoopIterationLimitError
from liquid.undefined import UNDEFINED, Undefined
from liquid.utils import ReadOnlyChainMap

from content.rendering.bounds import bound_filters
from content.rendering.refusals import MissingVariable

_NOTHING: Final = object()


class Missing(Undefined):
    """A variable that the person does not have: it may be tested and defaulted, never printed, looped or reckoned with.

    A test (`if`, `unless`, `case`, a comparison) sees nil, for the author has written what to do then.
    """

    __slots__ = ()
    force_liquid_default = True

    def _raise(self) -> Any:
        raise MissingVariable(self.name)

    def __str__(self) -> str:
        return str(self._raise())

    def __len__(self) -> int:
        return int(self._raise())

    def __iter__(self) -> Iterator[Any]:
        return iter(self._raise())

    def __int__(self) -> int:
        return int(self._raise())

    def __bool__(self) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return other is None or isinstance(other, Undefined)

    def __hash__(self) -> int:
        return hash(self.name)


class LimitedContext(RenderContext):
    """A render's variables and meters. A JSON null counts as missing; every loop of the template is counted."""

    __slots__ = ("iterations",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.iterations = 0
        # without Liquid's `now` and `today`, which read the worker's clock
        self.scope = ReadOnlyChainMap(self.locals, self.globals, self.counters)

    def get(self, path: list[object], *, token: Any, default: object = UNDEFINED) -> object:
        value = super().get(path, token=token, default=_NOTHING)
        if value is _NOTHING or value is None:
            return Missing(".".join(str(part) for part in path), token=token) if default is UNDEFINED else default
        return value

    def raise_for_loop_limit(self, length: int = 1) -> None:
        self.iterations += length
        limit = self.env.loop_iteration_limit
        if limit and self.iterations > limit:
            raise LoopIterationLimitError(f"more than {limit} loop iterations", token=None)


class LimitedTemplate(BoundTemplate):
    context_class = LimitedContext


class LimitedEnvironment(Environment):
    """Liquid without files (`include`, `render`), with limits that hold against hostile templates."""

    loop_iteration_limit = 10_000
    output_stream_limit = 200_000
    local_namespace_limit = 100_000
    context_depth_limit = 30
    template_class = LimitedTemplate

    def __init__(self, *, autoescape: bool) -> None:
        super().__init__(undefined=Missing, strict_filters=True, autoescape=autoescape)
        for tag in ("include", "render"):
            del self.tags[tag]
        bound_filters(self)


TEXT: Final = LimitedEnvironment(autoescape=False)
HTML: Final = LimitedEnvironment(autoescape=True)
Context = Mapping[str, Any]
