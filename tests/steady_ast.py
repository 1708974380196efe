"""Keeps `ast.parse` from failing by chance on CPython 3.11.

The interpreter counts the depth of the conversion to Python objects in one place for all threads. A garbage
collection in the middle may run finalizers, and with them another thread that parses too (tracebacks do, for their
carets); the count is then off and the first one ends with "SystemError: AST constructor recursion depth mismatch".
Without a collection the conversion runs no Python code, so nothing can come between.
"""

import ast
import gc
import sys
from typing import Any

_parse = ast.parse


def steady_parse(*args: Any, **kwargs: Any) -> ast.AST:
    """Parse with the garbage collector held back."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        return _parse(*args, **kwargs)
    finally:
        if was_on:
            gc.enable()


def install() -> None:
    if sys.version_info < (3, 12):
        ast.parse = steady_parse
