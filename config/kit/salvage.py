"""Does work on many items at once, and finds the few that break it, so that the others are done all the same."""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

from django.db import InterfaceError, OperationalError, transaction

log = logging.getLogger(__name__)
Item = TypeVar("Item")
MANY: Final = 5


def one_by_one_at_worst(
    items: Sequence[Item], work: Callable[[Sequence[Item]], object], *, spoilt: Callable[[Item, Exception], object]
) -> None:
    """Do `work` on all items; if it breaks, on halves, so that in the end only the items that break are `spoilt`.

    A database that is away is nobody's fault, nor is it one item's when all of many break: that ends the attempt.
    """
    faults = list(_faults(items, work)) if items else []
    if len(faults) == len(items) >= MANY:
        raise faults[0][1]
    for item, error in faults:
        log.error("set aside %s", item, exc_info=error)
        spoilt(item, error)


def _faults(items: Sequence[Item], work: Callable[[Sequence[Item]], object]) -> Iterator[tuple[Item, Exception]]:
    try:
        with transaction.atomic():
            work(items)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # anything else lies in the data of some item
        if len(items) == 1:
            yield items[0], error
            return
        middle = len(items) // 2
        yield from _faults(items[:middle], work)
        yield from _faults(items[middle:], work)
