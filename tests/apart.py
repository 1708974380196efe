"""Runs something in a thread of its own: Playwright leaves an event loop in the main thread once a browser test ran."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def apart(call: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
    """Return what `call` returns in a fresh thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call, *args, **kwargs).result()


def run_apart(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Return what the coroutine returns on a fresh event loop."""
    return apart(asyncio.run, coroutine)
