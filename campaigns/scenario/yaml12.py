"""Reads YAML as YAML 1.2 core does: `on`, `yes` and `20:00` are texts, and a key that stands twice is refused."""

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

from config.kit.errors import InputRefused, Problem

MAX_BYTES: Final = 1024 * 1024
_DEEPEST: Final = 100
_TAG: Final = "tag:yaml.org,2002:"
_CORE: Final = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
)


class Core(yaml.SafeLoader):
    """PyYAML's safe loader with the resolution rules of YAML 1.2's core schema in place of 1.1's."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Compose one node; a file that nests deeper than any definition may is refused."""
        depth = getattr(self, "_depth", 0) + 1
        if depth > _DEEPEST:
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        self._depth = depth
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth = depth - 1


def _mapping(loader: Core, node: yaml.MappingNode) -> dict[str, Any]:
    """Build a mapping whose keys are the texts as written."""
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(problem="a key must be a text", problem_mark=key_node.start_mark)
        if key_node.value in found:
            message = f"the key {key_node.value!r} stands twice"
            raise yaml.MarkedYAMLError(problem=message, problem_mark=key_node.start_mark)
        found[key_node.value] = loader.construct_object(value_node, deep=True)
    return found


def _int(loader: Core, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node)
    if len(text) > 400:
        raise yaml.MarkedYAMLError(problem="a number of more than 400 digits", problem_mark=node.start_mark)
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    return int(text, base)


Core.yaml_implicit_resolvers = {}
for _name, _pattern, _first in _CORE:
    Core.add_implicit_resolver(_TAG + _name, re.compile(f"^(?:{_pattern})$"), _first)
Core.add_constructor(_TAG + "map", _mapping)
Core.add_constructor(_TAG + "int", _int)


def documents(text: str) -> Iterator[Any]:
    """Yield the documents of a file; raises InputRefused naming line and column."""
    if len(text.encode(errors="surrogatepass")) > MAX_BYTES:
        raise InputRefused([Problem(path="", message=f"the file is longer than {MAX_BYTES // 1024} kB")])
    loader = Core(text)
    try:
        while loader.check_data():  # type: ignore[no-untyped-call]
            yield loader.get_data()
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InputRefused([_problem(error)]) from error
    finally:
        loader.dispose()


def _problem(error: Exception) -> Problem:
    mark = getattr(error, "problem_mark", None)
    place = f"line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
    message = str(getattr(error, "problem", None) or error).partition("\n")[0]
    return Problem(path=place, message=message, hint="files are read as YAML 1.2")
