"""A person's labels: words added one by one to the list in the trait `labels`, in whatever order they are told.

A list that is set as a whole takes the place of what was added before it (at event time); what is added after it joins
it. So the profile remembers since when each added label stands, beside when the list was last set.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from audiences.reserved import LABELS

_STANDS: Final = f"{LABELS}\x1f"
"""How the keys begin under which a profile keeps since when an added label stands."""


def as_list(value: Any) -> list[Any]:
    """Return the labels that a value lists; a single one is a list of one."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def joined(value: Any, labels: Iterable[str]) -> list[Any]:
    """Return the list with the labels in it, each once."""
    found = as_list(value)
    found += [label for label in dict.fromkeys(labels) if label not in found]
    return found


def added(times: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the labels that were added one by one, each with the moment."""
    return ((key.removeprefix(_STANDS), at) for key, at in times.items() if key.startswith(_STANDS))


def is_time_of_label(key: str) -> bool:
    """Whether a key of a profile's times is that of one label, not of a trait."""
    return key.startswith(_STANDS)


def note(times: dict[str, str], label: str, *, at: str) -> bool:
    """Keep that the label was added; False if something newer was told, so that the past has changed as well."""
    newest = max((moment for _, moment in added(times)), default="")
    times[_STANDS + label] = max(at, times.get(_STANDS + label, ""))
    return at >= max(newest, times.get(LABELS, ""))


def set_as_whole(value: Any, times: dict[str, str], *, at: str) -> Any:
    """Return what the list becomes when it is set: what was added later stays, what was added before is forgotten."""
    later = [label for label, moment in added(times) if moment > at]
    for label, _ in [pair for pair in added(times) if pair[0] not in later]:
        del times[_STANDS + label]
    return joined(value, later) if later else value
