"""Kinds of filters: each reads its parameters from the address, narrows the rows and says in words what it does."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeAlias

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from config.kit.lists.parts import Scope, Words
from config.kit.spans import instant

Rows: TypeAlias = QuerySet[Any]
Options: TypeAlias = Callable[[Scope], Iterable[tuple[str, Words]]]
MAX_TEXT: Final = 200
MAX_CHOSEN: Final = 50
LARGEST: Final = Decimal(2**63 - 1)


class Unclear(ValueError):
    """A value that cannot be understood: the filter is left out, and the page says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter(ABC):
    """What all kinds share. `field` is the path that is compared; `narrow` does it in the room's own way instead."""

    key: str
    label: Words
    field: str = ""
    narrow: Callable[[Rows, Any, Scope], Rows] | None = None

    kind = ""

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters of the address that belong to the filter."""
        return (self.key,)

    @abstractmethod
    def read(self, query: QueryDict, scope: Scope) -> Any:
        """Return the value that the address gives, None if it gives none; raise `Unclear` if it makes no sense."""

    def apply(self, rows: Rows, value: Any, scope: Scope) -> Rows:
        """Return the rows that fit."""
        return self.narrow(rows, value, scope) if self.narrow else rows.filter(self.condition(value))

    def condition(self, value: Any) -> Q:
        """Return the value as a condition on `field`."""
        return Q(**{self.field: value})

    def words(self, value: Any, scope: Scope) -> str:
        """Return the value as a chip shows it."""
        return str(value)

    def written(self, value: Any) -> Mapping[str, Sequence[str]]:
        """Return the parameters that say `value`."""
        return {self.key: [str(value)]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Filter):
    """A piece of text. The `main` one is the list's search box."""

    main: bool = False
    hint: Words = ""
    kind = "text"

    def read(self, query: QueryDict, scope: Scope) -> str | None:
        """Return the text without surrounding spaces."""
        return query.get(self.key, "").replace("\x00", "").strip()[:MAX_TEXT] or None

    def condition(self, value: Any) -> Q:
        """Contained in, whatever the case of letters."""
        return Q(**{f"{self.field}__icontains": value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Filter):
    """One of several values, or with `many` any of those chosen. With `free`, others than the options count too."""

    options: Options
    many: bool = False
    free: bool = False
    kind = "choice"

    def read(self, query: QueryDict, scope: Scope) -> list[str] | None:
        """Return the chosen values."""
        asked = [text.replace("\x00", "")[:MAX_TEXT] for text in query.getlist(self.key) if text]
        chosen = list(dict.fromkeys(asked))[: MAX_CHOSEN if self.many else 1]
        if not self.free:
            known = {value for value, _words in self.options(scope)}
            unknown = [value for value in chosen if value not in known]
            if unknown:
                raise Unclear(unknown[0])
        return chosen or None

    def condition(self, value: Any) -> Q:
        """Equal to one of the chosen values."""
        return Q(**{f"{self.field}__in": value}) if self.many else Q(**{self.field: value[0]})

    def words(self, value: Any, scope: Scope) -> str:
        """The options' own words, with commas between."""
        known = dict(self.options(scope))
        return ", ".join(str(known.get(item, item)) for item in value)

    def written(self, value: Any) -> Mapping[str, Sequence[str]]:
        """One parameter per value."""
        return {self.key: list(value)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Filter):
    """Yes or no."""

    yes: Words
    no: Words
    kind = "flag"

    def read(self, query: QueryDict, scope: Scope) -> bool | None:
        """Return whether it shall be so."""
        text = query.get(self.key, "")
        if text not in ("", "yes", "no"):
            raise Unclear(text)
        return text == "yes" if text else None

    def words(self, value: Any, scope: Scope) -> str:
        """Whichever of the two."""
        return str(self.yes if value else self.no)

    def written(self, value: Any) -> Mapping[str, Sequence[str]]:
        """The words yes and no."""
        return {self.key: ["yes" if value else "no"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Range(Filter):
    """From one value to another, both included; either may be open."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """Two parameters: `…_from` and `…_to`."""
        return (f"{self.key}_from", f"{self.key}_to")

    def read(self, query: QueryDict, scope: Scope) -> tuple[Any, Any] | None:
        """Return both ends."""
        first, last = (self.end(query.get(name, "").strip()) for name in self.parameters)
        return None if first is None and last is None else (first, last)

    @abstractmethod
    def end(self, text: str) -> Any:
        """Return one end, None where it is open."""

    def words(self, value: Any, scope: Scope) -> str:
        """Both ends, or "from" or "to" one."""
        first, last = value
        if first is None:
            return _("up to %(last)s") % {"last": last}
        return _("from %(first)s") % {"first": first} if last is None else f"{first} – {last}"

    def written(self, value: Any) -> Mapping[str, Sequence[str]]:
        """The ends that are closed."""
        ends = zip(self.parameters, value, strict=True)
        return {name: [str(end)] for name, end in ends if end is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates(Range):
    """From one day to another, in the reader's zone."""

    kind = "dates"

    def end(self, text: str) -> date | None:
        """Read a day as year-month-day."""
        if not text:
            return None
        try:
            found = date.fromisoformat(text[:10])
        except ValueError:
            raise Unclear(text) from None
        if not 1900 <= found.year <= 2999:
            raise Unclear(text)
        return found

    def condition(self, value: Any) -> Q:
        """From the first day's beginning until before the day after the last."""
        first, last = value
        found = Q() if first is None else Q(**{f"{self.field}__gte": _midnight(first)})
        return found if last is None else found & Q(**{f"{self.field}__lt": _midnight(last + timedelta(days=1))})


@dataclass(frozen=True, slots=True, kw_only=True)
class Instants(Range):
    """From one instant up to another: what a figure of another page counted. Nobody types it."""

    kind = "instants"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The same on every list, so that a figure can be asked for its rows anywhere."""
        return ("since", "until")

    def end(self, text: str) -> datetime | None:
        """Read an instant with its offset."""
        found = instant(text) if text else None
        if text and found is None:
            raise Unclear(text)
        return found

    def words(self, value: Any, scope: Scope) -> str:
        """Both ends in the reader's zone."""
        ends = [f"{timezone.localtime(end):%Y-%m-%d %H:%M}" if end else "…" for end in value]
        return " – ".join(ends)

    def written(self, value: Any) -> Mapping[str, Sequence[str]]:
        """The ends that are closed, with their offsets."""
        ends = zip(self.parameters, value, strict=True)
        return {name: [end.isoformat()] for name, end in ends if end is not None}

    def condition(self, value: Any) -> Q:
        """From the first instant until before the second."""
        since, until = value
        found = Q() if since is None else Q(**{f"{self.field}__gte": since})
        return found if until is None else found & Q(**{f"{self.field}__lt": until})


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers(Range):
    """From one number to another."""

    kind = "numbers"

    def end(self, text: str) -> Decimal | None:
        """Read a number."""
        if not text:
            return None
        try:
            found = Decimal(text[:40])
        except InvalidOperation:
            raise Unclear(text) from None
        if not found.is_finite() or abs(found) > LARGEST:
            raise Unclear(text)
        return found

    def condition(self, value: Any) -> Q:
        """Not below the first, not above the last."""
        first, last = value
        found = Q() if first is None else Q(**{f"{self.field}__gte": first})
        return found if last is None else found & Q(**{f"{self.field}__lte": last})


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
