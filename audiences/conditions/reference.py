"""The reference page of the condition language, made from the tables that read and judge it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from audiences.conditions import limits, reading
from audiences.conditions.amounts import COMPARED_BY, MEASURES
from audiences.conditions.operators import OPERATORS
from audiences.conditions.parse import COMBINATORS, LEAVES
from audiences.conditions.past import TIMES
from audiences.conditions.past_forms import MOST_PERIODS, MOST_STEPS
from audiences.conditions.reader import DEEPEST, MOST_LEAVES

FORMS: Final[Mapping[str, tuple[str, str]]] = {
    "all": ('{"all": [c, …]}', "every condition holds (an empty list is refused)"),
    "any": ('{"any": [c, …]}', "at least one holds"),
    "not": ('{"not": c}', "`c` does not"),
    "trait": (
        '{"trait": name, "is": op, "value": v}',
        "the person's trait compares so; computed ones live under `computed.`",
    ),
    "property": (
        '{"property": name, "is": op, "value": v}',
        "the property of the event at hand compares so (not in segments)",
    ),
    "event_name": ('{"event_name": [name, …]}', "the event at hand is one of these (not in segments)"),
    "did": (
        '{"did": event, "where": […], "times": {form: n}, "within": d}',
        "so many matching events happened; without `times` at least one",
    ),
    **{
        measure: (f'{{"{measure}": event, "of": property, "where": […], "within": d, "is": op, "value": n}}', meaning)
        for measure, meaning in {
            "sum": "the sum of the property compares so; of nothing it is 0",
            "avg": "the average compares so; of nothing it is missing",
            "min": "the least value compares so; of nothing it is missing",
            "max": "the greatest value compares so; of nothing it is missing",
            "distinct": "the number of different texts, numbers and truth values compares so; of nothing it is 0",
        }.items()
    },
    "sequence": (
        '{"sequence": [{"event": e, "where": […]}, {"event": e, "within": d}], "within": d}',
        f"1 to {MOST_STEPS} steps happened, each later than the one before, or at the same instant and arrived later; "
        "a step's `within` is the longest gap before it, and a gap exactly so long still counts; all of them lie in "
        "the whole `within`",
    ),
    "last": (
        '{"last": event, "where": […], "has": [property leaves]}',
        "the newest event that satisfies `where` satisfies every leaf of `has`",
    ),
    "first": ('{"first": event, "where": […], "within": d}', "the first matching event ever lies in the window"),
    "stopped": (
        '{"stopped": event, "where": […], "within": d, "quiet": d}',
        "it happened in the window, but not in its last `quiet`",
    ),
    "returned": (
        '{"returned": event, "where": […], "within": d, "after_quiet": d}',
        "it happened in the last `within`, not in the `after_quiet` in front of that, and at some time before",
    ),
    "regularly": (
        '{"regularly": event, "where": […], "every": d, "periods": n, "in_at_least": n, "times": {form: n}}',
        f"of the last 1 to {MOST_PERIODS} periods, the newest ending now, at least so many (all, if nothing is said) "
        "have as many matching events as `times` says",
    ),
    "held": (
        '{"held": {trait leaf}, "for": {"at_least" or "less_than": d}}',
        "the trait leaf is true, and has been without a break for at least, or for less than, that long",
    ),
    "segment": ('{"segment": key}', "the person is a member of that segment now"),
    "consent": (
        '{"consent": {"channel": c, "purpose": p}}',
        "the person may be contacted so; for the purpose `transactional` everybody may",
    ),
}
MEANINGS: Final[Mapping[str, str]] = {
    "eq": "is that value, of that type",
    "ne": "is not",
    "lt": "is less",
    "lte": "is less or the same",
    "gt": "is more",
    "gte": "is more or the same",
    "between": "lies between them, both included",
    "in": "is one of them",
    "not_in": "is none of them",
    "contains": "has that part (a text) or that member (a list)",
    "not_contains": "has not",
    "starts_with": "begins so",
    "ends_with": "ends so",
    "matches": "has a part that matches; anchor with `^` and `$`",
    "exists": "is known",
    "not_exists": "is not known",
    "before": "is an instant before it",
    "after": "is an instant after it",
    "older_than": "is an instant longer ago",
    "newer_than": "is an instant less long ago, or ahead",
    "has_any": "is a list with any of them",
    "has_all": "is a list with all of them",
}


def page() -> str:
    """Return the page."""
    return PAGE.format(
        forms=_table(("form", "holds when"), _forms()),
        operators=_table(("operator", "value", "holds when the trait or property"), _operators()),
        times=_named(TIMES),
        measures=_named(MEASURES),
        compared_by=_named(COMPARED_BY),
        missing=_named(name for name, operator in OPERATORS.items() if operator.when_missing),
        size=reading.LARGEST // 1024,
        deepest=DEEPEST,
        leaves=MOST_LEAVES,
        items=limits.MOST_ITEMS,
        text=f"{limits.LONGEST_TEXT:,}".replace(",", " "),
        pattern=limits.LONGEST_PATTERN,
    )


def _forms() -> Iterator[tuple[str, ...]]:
    for name in (*COMBINATORS, *LEAVES):
        form, meaning = FORMS[name]
        yield f"`{form}`", meaning


def _operators() -> Iterator[tuple[str, ...]]:
    for name, operator in OPERATORS.items():
        yield f"`{name}`", operator.limit.expects, MEANINGS[name]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _named(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


PAGE: Final = """# Conditions

A condition is JSON that is true or false of a person, and, where one is at hand, of an event. Segments, rules and
flows use the same language. This page and its JSON Schema, `conditions.schema.json` (segments:
`#/$defs/segment_condition`), are written by `python -m audiences.conditions docs/reference`.

```json
{{"all": [
  {{"trait": "address.city", "is": "in", "value": ["上海", "杭州"]}},
  {{"did": "purchase", "times": {{"at_least": 3}}, "within": "30d",
   "where": [{{"property": "amount", "is": "gte", "value": 100}}]}},
  {{"not": {{"segment": "staff"}}}}
]}}
```

## Combinators and leaves

{forms}

`where` is a list of property leaves that an event must satisfy to count; it may be left out. `times` is one of {times}.
Without `within` all events up to the instant of judgement count; `first`, `stopped` and `returned` need theirs.

Measures ({measures}) are compared with numbers, by {compared_by}. They are exact: sums are decimals, averages are
fractions. Values that are no numbers are left out of all but `distinct`.

`held` goes by the event times at which a trait was told, whatever the order of arrival. Until it was first told it was
missing; before the person was first seen there is nothing. Of computed traits the past is not kept.

## Operators

{operators}

## How values compare

- **Missing.** What is absent, `null`, `""` or `[]` does not exist. For it {missing} hold, no other operator does.
- **Types.** A number never equals a text, and a truth value is no number. A value of another type than the operator
  expects makes the leaf false (and `ne`, `not_in`, `not_contains` true); it is never an error.
- **Numbers** compare exactly, as the decimals that their shortest JSON form writes: `0.1` is one tenth, `1e23` is
  10²³, and 2⁵³ + 1 differs from 2⁵³. Intake keeps fractions to the precision of a double.
- **Texts and names** compare after Unicode NFC, case-sensitively, and in the order of code points.
- **Names** are dotted paths through objects: `address.city`. A path never leads into a list, and a key that itself
  holds a dot cannot be named.
- **Instants** are RFC 3339 with an offset: `2026-01-05T08:00:00Z`. A date alone or a time without offset is none. Years
  1000 to 9999, offsets up to ±15:59, no leap second; what is finer than a microsecond is dropped.
- **Durations** are `90s`, `15m`, `3h`, `2d`, `1w` and sums such as `1d12h`. A day is 86 400 s; months are no durations.
- **Windows.** `within: W` at instant *t* is (*t* − W, *t*]: an event exactly W old is outside. With an event at hand
  *t* is the event's own time. `older_than` and `newer_than` are both false at exactly that age.

## Limits

{size} kB, {deepest} levels, {leaves} leaves (each leaf of a `where` and each step counts), {items} values in a list,
{text} characters in a text, {pattern} in a pattern, 309 digits in a number. What is refused is answered with every
problem at once: its JSON pointer, what is wrong, the way out.
"""
