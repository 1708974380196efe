"""Each operator as SQL over one JSON value; every expression is true or false, never null.

The counterpart of `audiences.conditions.operators`: the two tables have the same keys, and a property test holds
them to the same answers. Where a value of another type could raise, a CASE stands before the cast.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from audiences.segments.sql.spelling import ends_only_text, is_spelt_once, only_text, spellings
from audiences.segments.sql.statement import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a value stands: as JSON, as text (null for JSON's null), and the rows that it comes from (for patterns).

    `value` costs several times what `text` does, so it is asked last: mostly, to make sure of the type.
    """

    value: str
    text: str
    source: str
    now: str = ""
    """the instant from which ages are measured; empty: the subject's"""

    @property
    def normal(self) -> str:
        return normal_text(self.text)

    def is_a(self, kind: str) -> str:
        return f"jsonb_typeof({self.value}) = '{kind}'"

    @property
    def is_text(self) -> str:
        """True for texts other than the empty one, which counts as missing."""
        return f"{self.text} <> '' and {self.is_a('string')}"


def normal_text(text: str) -> str:
    """Return a text in NFC; ASCII is, and normalising costs several times what telling does."""
    return f"(case when octet_length({text}) = length({text}) then {text} else normalize({text}, NFC) end)"


_DAY: Final = timedelta(days=1)
_LIKE_SIGNS: Final = re.compile(r"[%_\\]")
_ESCAPED: Final = r"\\\g<0>"
Expression = Callable[[Statement, Place, Any], str]


def _json(limit: Any) -> str:
    return json.dumps(limit, ensure_ascii=False)


def normal(item: str) -> str:
    """Return a JSON value whose text, if it is one, is normalised."""
    text = f"{item} #>> '{{}}'"
    strange = f"jsonb_typeof({item}) = 'string' and octet_length({text}) > length({text})"
    return f"(case when {strange} then to_jsonb(normalize({text}, NFC)) else {item} end)"


def _elements(at: Place) -> str:
    """The items of a list; no rows for anything else."""
    return f"jsonb_array_elements(case jsonb_typeof({at.value}) when 'array' then {at.value} end) as item"


def _same(made: Statement, at: Place, limit: Any) -> str:
    if isinstance(limit, str):
        return _one_text(made, at, (limit,))
    if isinstance(limit, bool):
        return f"{at.text} = {made.param(_json(limit))} and {at.is_a('boolean')}"
    return f"{at.value} = {made.param(_json(limit))}::jsonb"


def _one_text(made: Statement, at: Place, texts: Sequence[str]) -> str:
    """Compare with all the spellings of the texts, or else in normal form."""
    sure = "" if all(map(only_text, texts)) else f" and {at.is_text}"
    listed = [spellings(text) for text in texts]
    if not all(listed):
        return f"{at.normal} = any({made.param(list(texts))}::text[]){sure}"
    spelt = [one for many in listed for one in many]
    found = made.param(spelt[0]) if len(spelt) == 1 else f"any({made.param(spelt)}::text[])"
    return f"{at.text} = {found}{sure}"


def _one_of(made: Statement, at: Place, limit: tuple[Any, ...]) -> str:
    texts = [item for item in limit if isinstance(item, str)]
    others = [_json(item) for item in limit if not isinstance(item, str)]
    parts = []
    if texts:
        parts.append(_one_text(made, at, texts))
    if others:
        parts.append(f"{at.value} = any({made.param(others)}::text[]::jsonb[])")
    return " or ".join(f"({part})" for part in parts)


def _ordered(sign: str) -> Expression:
    def compare(made: Statement, at: Place, limit: Any) -> str:
        if isinstance(limit, str):
            return f'{at.normal} collate "C" {sign} {made.param(limit)} and {at.is_text}'
        found = f"{at.value} {sign} {made.param(_json(limit))}::jsonb"
        # in the order of JSON values numbers lie between texts and truth values
        return found + (f" and {at.value} < 'false'::jsonb" if ">" in sign else f" and {at.is_a('number')}")

    return compare


_GTE, _LTE = _ordered(">="), _ordered("<=")


def _between(made: Statement, at: Place, limit: tuple[Any, Any]) -> str:
    return f"({_GTE(made, at, limit[0])}) and ({_LTE(made, at, limit[1])})"


def _has_any(made: Statement, at: Place, limit: tuple[Any, ...]) -> str:
    listed = [spellings(item) if isinstance(item, str) else () for item in limit]
    if all(listed):
        return f"{_has_text(made, at, [one for many in listed for one in many])} and {at.is_a('array')}"
    chosen = made.param([_json(item) for item in limit])
    return f"exists (select from {_elements(at)} where {normal('item')} = any({chosen}::text[]::jsonb[]))"


def _has_all(made: Statement, at: Place, limit: tuple[Any, ...]) -> str:
    listed = [spellings(item) if isinstance(item, str) else () for item in limit]
    if all(listed):
        return " and ".join([*(_has_text(made, at, many) for many in listed), at.is_a("array")])
    wanted = made.param([_json(item) for item in limit])
    items = f"select {normal('item')} from {_elements(at)}"
    return f"not exists (select from unnest({wanted}::text[]::jsonb[]) as w(wanted) where wanted not in ({items}))"


def _has_text(made: Statement, at: Place, texts: Sequence[str]) -> str:
    """Ask whether one of the texts is an item; true of an object's keys and of a lone text as well."""
    if len(texts) == 1:
        return f"{at.value} ? {made.param(texts[0])}"
    return f"{at.value} ?| {made.param(list(texts))}::text[]"


def _contains(made: Statement, at: Place, limit: Any) -> str:
    member = _has_any(made, at, (limit,))
    if not isinstance(limit, str):
        return member
    inside = _has_part(at, limit, lambda text: f"strpos({text}, {made.param(limit)}) > 0")
    return f"({member}) or ({at.is_a('string')} and {inside})"


def _has_part(at: Place, limit: str, test: Callable[[str], str]) -> str:
    """Return a test of a part of a text; what cannot be spelt otherwise is looked for before anything is normalised."""
    if limit and is_spelt_once(limit):
        rest = f"(octet_length({at.text}) = length({at.text}) or {test(f'normalize({at.text}, NFC)')})"
        return f"{test(at.text)} and {rest}"
    return f"{test(at.normal)} and {at.text} <> ''"


def _starts_with(made: Statement, at: Place, limit: str) -> str:
    begins = _has_part(at, limit, lambda text: f"starts_with({text}, {made.param(limit)})")
    return f"{begins} and {at.is_a('string')}"


def _ends_with(made: Statement, at: Place, limit: str) -> str:
    """Nothing follows that could melt into the end of a text, and nothing melts with ASCII that stands behind it."""
    if limit[:1].isascii() and limit and is_spelt_once(limit):
        sure = "" if ends_only_text(limit) else f" and {at.is_a('string')}"
        return f"{at.text} like {made.param('%' + _LIKE_SIGNS.sub(_ESCAPED, limit))}{sure}"
    ends = _has_part(at, limit, lambda text: f"right({text}, {len(limit)}) = {made.param(limit)}")
    return f"{ends} and {at.is_a('string')}"


def _matches(made: Statement, at: Place, limit: str) -> str:
    found = made.matching(at.normal, limit, source=f"{at.source} and {at.is_text}")
    return f"{at.normal} = any({found}) and {at.is_text}"


def _exists(made: Statement, at: Place, limit: None) -> str:
    return f"{at.text} <> '' and ({at.text} <> '[]' or {at.is_a('string')})"


def _instant(sign: str) -> Expression:
    def compare(made: Statement, at: Place, limit: datetime) -> str:
        return _beside(made, at, sign, f"{made.param(limit)}::timestamptz", known=limit)

    return compare


def _age(sign: str) -> Expression:
    def compare(made: Statement, at: Place, limit: timedelta) -> str:
        known = made.now - limit if made.subject.is_at_one_time and not at.now else None
        return _beside(made, at, sign, f"{at.now or made.subject.now} - {made.seconds(limit)}", known=known)

    return compare


def _beside(made: Statement, at: Place, sign: str, bound: str, *, known: datetime | None) -> str:
    """Compare an instant with a bound; where that is known, most answers are told by the written date alone.

    By its offset it is off by a day at most, and written dates stand in the order of time.
    """
    edges = _days_around(known) if known is not None else None
    if edges is None:
        return made.instant(at.text, f" {sign} {bound}")
    near, sure = edges if sign == ">" else reversed(edges)
    written = f'{at.text} collate "C" {">=" if sign == ">" else "<"} '
    return f"{written}{made.param(near)} and " + made.instant(
        at.text, f" {sign} {bound}", surely=f"{written}{made.param(sure)}"
    )


def _days_around(instant: datetime) -> tuple[str, str] | None:
    """Return two dates such that what is written before the one, or not before the other, lies on that side."""
    try:
        earlier, later = (instant.astimezone(UTC) + days for days in (-_DAY, 2 * _DAY))
    except OverflowError:
        return None
    return earlier.date().isoformat(), later.date().isoformat()


def _not(positive: Expression) -> Expression:
    def negated(made: Statement, at: Place, limit: Any) -> str:
        return f"(({positive(made, at, limit)}) is not true)"

    return negated


OPERATORS: Final[dict[str, Expression]] = {
    "eq": _same,
    "ne": _not(_same),
    "lt": _ordered("<"),
    "lte": _LTE,
    "gt": _ordered(">"),
    "gte": _GTE,
    "between": _between,
    "in": _one_of,
    "not_in": _not(_one_of),
    "contains": _contains,
    "not_contains": _not(_contains),
    "starts_with": _starts_with,
    "ends_with": _ends_with,
    "matches": _matches,
    "exists": _exists,
    "not_exists": _not(_exists),
    "before": _instant("<"),
    "after": _instant(">"),
    "older_than": _age("<"),
    "newer_than": _age(">"),
    "has_any": _has_any,
    "has_all": _has_all,
}
