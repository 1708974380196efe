"""Names in a condition that nobody has used yet: allowed, since they may come, but worth a warning."""

from collections.abc import Iterator
from typing import Any

from audiences.builder.catalogue import known
from audiences.conditions.reading import pointer
from config.kit.errors import Problem
from config.kit.near import near
from config.kit.phrases import phrase


def doubts(workspace_id: int, where: Any) -> list[Problem]:
    """Return a warning for each trait of a stored condition that was not seen on anybody, with what may be meant."""
    traits = known(workspace_id).traits
    if not traits:
        return []
    return [_doubt(name, path, near(name, traits)) for name, path in _traits(where, "/where") if name not in traits]


def _traits(written: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(written, list):
        for index, item in enumerate(written):
            yield from _traits(item, pointer(path, index))
    elif isinstance(written, dict):
        for key, item in written.items():
            if key == "trait":
                yield item, pointer(path, key)
            elif key in ("all", "any", "not", "held"):
                yield from _traits(item, pointer(path, key))


def _doubt(name: str, path: str, meant: str) -> Problem:
    hint = (
        phrase("did you mean %(near)s?", near=meant) if meant else phrase("it counts as missing until somebody has it")
    )
    return Problem(path=path, message=phrase("nobody was seen with a trait %(name)s", name=repr(name)), hint=hint)
