"""Generates conditions and worlds that meet each other often, and at the places where readings could differ."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from hypothesis import strategies as st

from audiences.conditions import OPERATORS, Place
from audiences.conditions.amounts import COMPARED_BY, MEASURES

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
NAMES = ["city", "amount", "tags", "seen", "address.city", "__proto__", "$and", "id", "sid", "k", "a'b", 'q"q', "%s"]
HOSTILE = ["%(p0)s", "$s", "$time", "p0", "名字", "é", "constructor.name", "a b", "\\", "0", "-1", "1.0"]
EVENTS = ["buy", "view", "__proto__", "付款", "it's", "%s"]
CONSENTS = [("email", "marketing"), ("sms", "marketing"), ("email", "transactional")]
SEGMENTS = ["vip", "loyal", "nobody"]
WINDOWS = {"1h": 3_600, "1d12h": 129_600, "7d": 604_800, "30d": 2_592_000}
AGES = [timedelta(seconds=seconds) + nudge for seconds in (0, *WINDOWS.values()) for nudge in (-TICK, TICK * 0, TICK)]

letters = st.text(st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\0"), max_size=4)
texts = st.one_of(
    st.sampled_from(
        ["a", "A", "ab", "abc", "", " ", "5", "true", "null", "上海", "上海市", "é", "e\u0301", "👩‍👩‍👧", "ß", "%", "'"]
    ),
    st.sampled_from(
        ["\ufb01", "\u212b", "\u00c5", "A\u030a", "한", "\u1112\u1161\u11ab", "z" * 300, "\ufeff", "$1", "\\d"]
    ),
    letters,
)
instants = st.builds(
    lambda age, hours, digits: _written(NOW - age, hours, digits),
    st.sampled_from(AGES) | st.timedeltas(timedelta(days=-40), timedelta(days=40)),
    st.sampled_from([0, 8, -5]),
    st.sampled_from(["", "9", "999"]),
)
no_instants = st.sampled_from(
    ["2026-03-02", "2026-03-02T12:00:00", "2026-02-30T00:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02T12:00:60Z",
     "2026-03-02t12:00:00z", "9999-12-31T23:59:59-15:59", "0001-01-01T00:00:00Z", "now", "2026-03-02 12:00:00Z",
     "2026-03-02T12:00:00+16:00", "2024-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-03-02T12:00:00Z\n"]
)  # fmt: skip
numbers = st.one_of(
    st.sampled_from([0, 1, 5, -1, 5.0, 5.5, 0.1, 0.30000000000000004, 1e22, 10**22, 1e23, 10**23, 2**53, 2**53 + 1]),
    st.sampled_from(
        [2**63, 2**63 - 1, -(2**63) - 1, 1e308, -1e308, 5e-324, 1e-7, 10**40, -0.0, 1e16, 9007199254740992.0]
    ),
    st.integers(-10, 10),
    st.floats(allow_nan=False, allow_infinity=False),
)
scalars = st.one_of(texts, numbers, st.booleans())
flat = st.one_of(scalars, st.none(), instants, no_instants)
values = st.one_of(
    flat,
    flat,
    st.lists(flat, max_size=3),
    st.dictionaries(st.sampled_from(["city", "a", "0", "名字"]), flat | st.lists(flat, max_size=2), max_size=2),
    st.lists(st.lists(flat, max_size=2), max_size=2),
)
names = st.sampled_from(NAMES[:4]) | st.sampled_from(NAMES) | st.sampled_from(HOSTILE)
ordered = st.one_of(texts, numbers)


def _written(at: datetime, hours: int, digits: str) -> str:
    local = at.astimezone(UTC) + timedelta(hours=hours)
    fraction = f".{local.microsecond:06d}{digits}" if local.microsecond or digits else ""
    offset = "Z" if not hours else f"{'+' if hours > 0 else '-'}{abs(hours):02d}:00"
    return f"{local:%Y-%m-%dT%H:%M:%S}{fraction}{offset}"


def _pair(draw: Any) -> list[Any]:
    kind = draw(st.sampled_from([texts, numbers]))
    pair = [draw(kind), draw(kind)]
    return sorted(pair, key=lambda item: normalize("NFC", item) if isinstance(item, str) else Decimal(repr(item)))


PATTERNS = [
    "^a",
    "b$",
    "上海",
    "^.{2}$",
    r"\d+",
    "(?i)A",
    "^$",
    "",
    r"^\p{Han}+$",
    "[é]",
    "a|5",
    "(a+)+$",
    r"\bab",
    ".",
]
LIMITS: dict[str, Any] = {
    "in": st.lists(scalars, min_size=1, max_size=3),
    "starts_with": texts,
    "ends_with": texts,
    "matches": st.sampled_from(PATTERNS),
    "before": instants,
    "after": instants,
    "older_than": st.sampled_from([*WINDOWS, "0s"]),
    "newer_than": st.sampled_from([*WINDOWS, "0s"]),
    "between": st.composite(_pair)(),
    "eq": scalars,
    "contains": scalars,
    "lt": ordered,
}
LIMITS |= {"not_in": LIMITS["in"], "has_any": LIMITS["in"], "has_all": LIMITS["in"], "ne": scalars}
LIMITS |= {"not_contains": scalars, "lte": ordered, "gt": ordered, "gte": ordered}


@st.composite
def comparisons(draw: Any, what: str = "trait") -> dict[str, Any]:
    op = draw(st.sampled_from(sorted(OPERATORS)))
    leaf = {what: draw(names), "is": op}
    return leaf | {"value": draw(LIMITS[op])} if op in LIMITS else leaf


@st.composite
def counts(draw: Any) -> dict[str, Any]:
    leaf: dict[str, Any] = {"did": draw(st.sampled_from(EVENTS))}
    if draw(st.booleans()):
        leaf["where"] = draw(st.lists(comparisons("property"), max_size=2))
    if draw(st.booleans()):
        form = draw(st.sampled_from(["at_least", "at_most", "exactly", "less_than", "more_than"]))
        leaf["times"] = {form: draw(st.integers(0, 4))}
    if draw(st.booleans()):
        leaf["within"] = draw(st.sampled_from(sorted(WINDOWS)))
    return leaf


@st.composite
def measures(draw: Any) -> dict[str, Any]:
    measure, op = draw(st.sampled_from(sorted(MEASURES))), draw(st.sampled_from(sorted(COMPARED_BY)))
    of = draw(st.sampled_from(["amount", "amount", "city", "tags", "address.city", "seen"]))
    leaf = {measure: draw(st.sampled_from(EVENTS)), "of": of, **draw(wheres), **draw(windows), "is": op}
    amount = draw(st.sampled_from([0, 1, 2, 5, 0.1, 0.3, -1, 10**22]) | numbers)
    pair = sorted([amount, draw(numbers)], key=lambda item: Decimal(repr(item)))
    limit: Any = {"between": pair, "in": [amount, 1], "not_in": [amount, 0]}.get(op, amount)
    return leaf if op in ("exists", "not_exists") else leaf | {"value": limit}


wheres = st.one_of(
    st.just({}),
    st.just({}),
    st.lists(comparisons("property"), min_size=1, max_size=2).map(lambda some: {"where": some}),
)
windows = st.just({}) | st.sampled_from(sorted(WINDOWS)).map(lambda within: {"within": within})


@st.composite
def sequences(draw: Any) -> dict[str, Any]:
    steps = [{"event": draw(st.sampled_from(EVENTS[:3])), **draw(wheres)} for _ in range(draw(st.integers(1, 3)))]
    gaps = [{"within": gap} for gap in sorted(WINDOWS)]
    return {"sequence": [steps[0], *(step | draw(st.sampled_from([{}, *gaps])) for step in steps[1:])], **draw(windows)}


@st.composite
def recencies(draw: Any) -> dict[str, Any]:
    kind = draw(st.sampled_from(["last", "first", "stopped", "returned", "regularly"]))
    leaf: dict[str, Any] = {kind: draw(st.sampled_from(EVENTS)), **draw(wheres)}
    short, long = draw(st.sampled_from([("1h", "1d12h"), ("1h", "7d"), ("1d12h", "7d"), ("7d", "30d")]))
    if kind == "last":
        return leaf | {"has": draw(st.lists(comparisons("property"), min_size=1, max_size=2))}
    if kind == "regularly":
        periods = draw(st.integers(1, 4))
        form = draw(st.sampled_from(["at_least", "at_most", "exactly", "less_than", "more_than"]))
        every = {"every": draw(st.sampled_from(sorted(WINDOWS))), "periods": periods}
        return leaf | every | {"in_at_least": draw(st.integers(1, periods)), "times": {form: draw(st.integers(0, 2))}}
    return leaf | {
        "first": {"within": long},
        "stopped": {"within": long, "quiet": short},
        "returned": {"within": short, "after_quiet": long},
    }[kind]  # fmt: skip


@st.composite
def helds(draw: Any) -> dict[str, Any]:
    lasts = {draw(st.sampled_from(["at_least", "less_than"])): draw(st.sampled_from(sorted(WINDOWS)))}
    return {"held": draw(comparisons()), "for": lasts}


memberships = st.sampled_from(SEGMENTS).map(lambda key: {"segment": key})
consents = st.sampled_from(CONSENTS).map(lambda kind: {"consent": {"channel": kind[0], "purpose": kind[1]}})


def pasts() -> st.SearchStrategy[dict[str, Any]]:
    """Leaves whose answer time alone may turn."""
    return st.one_of(counts(), measures(), sequences(), recencies(), recencies(), helds())


def conditions(place: Place) -> st.SearchStrategy[dict[str, Any]]:
    """Conditions that `place` allows, three levels deep at most."""
    leaves = [
        comparisons(),
        counts(),
        pasts(),
        pasts(),
        consents,
        st.builds(lambda key: {"segment": key}, st.sampled_from(SEGMENTS)),
    ]
    if place is Place.EVENT:
        leaves.append(comparisons("property"))
        leaves.append(st.builds(lambda n: {"event_name": n}, st.lists(st.sampled_from(EVENTS), min_size=1, max_size=3)))
    leaf = st.one_of(leaves)
    shallow = st.one_of(leaf, _combined(leaf))
    return st.one_of(leaf, shallow, _combined(shallow))


def _combined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    parts = st.lists(inner, min_size=1, max_size=2)
    return st.one_of(parts.map(lambda p: {"all": p}), parts.map(lambda p: {"any": p}), inner.map(lambda p: {"not": p}))


@dataclass(frozen=True, kw_only=True)
class Happening:
    name: str
    at: datetime
    properties: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Someone:
    traits: dict[str, Any]
    happenings: list[Happening]
    segments: list[str]
    told: list[tuple[str, datetime, Any]] = field(default_factory=list)
    """what traits were said to be: name, when, value"""
    since: datetime = NOW
    granted: list[tuple[str, str]] = field(default_factory=list)


def _tree(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Traits or properties: dotted names partly as paths, partly as names that hold a dot (which no path reaches)."""
    tree: dict[str, Any] = {}
    for index, (name, value) in enumerate(pairs):
        head, dot, tail = name.partition(".")
        if dot and index % 2 == 0:
            tree[head] = {tail: value}
        else:
            tree[name] = value
    return tree


trees = st.builds(_tree, st.lists(st.tuples(names, values), max_size=5))
moments = st.sampled_from(AGES).map(lambda age: NOW - age) | st.timedeltas(timedelta(days=-1), timedelta(days=40)).map(
    lambda age: NOW - age
)
happenings = st.builds(
    Happening,
    name=st.sampled_from(EVENTS),
    at=moments,
    properties=trees,
)
people = st.builds(
    Someone,
    traits=trees,
    happenings=st.lists(happenings, max_size=5),
    segments=st.lists(st.sampled_from(SEGMENTS[:2]), unique=True),
    told=st.lists(st.tuples(st.sampled_from(NAMES[:4]), moments, values), max_size=4, unique_by=lambda one: one[:2]),
    since=moments.filter(lambda at: at <= NOW),
    granted=st.lists(st.sampled_from(CONSENTS[:2]), unique=True),
)
