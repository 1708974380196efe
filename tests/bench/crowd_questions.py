"""The questions of the audiences' bench: as conditions, as the best SQL that we can write by hand, and for columns.

The columns are those of DuckDB and ClickHouse: events have person, name, happened and amount; people have id,
country, plan, age and wine.
"""

from dataclasses import dataclass
from typing import Any, Final

from tests.bench.crowd import NOW, WORKSPACE

AT: Final = f"timestamptz '{NOW.isoformat()}'"
COLUMN_AT: Final = f"cast('{NOW:%Y-%m-%d %H:%M:%S}' as timestamp)"
_DE: Final = {"trait": "country", "is": "eq", "value": "DE"}
_PLAN: Final = {"trait": "plan", "is": "in", "value": ["plus", "pro"]}
_WINE: Final = {"trait": "tags", "is": "contains", "value": "wine"}
_THREE: Final = {"did": "purchase", "times": {"at_least": 3}, "within": "30d"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`aim_ms` is what the exact count may take at a million people, `columns` the SQL of DuckDB and ClickHouse."""

    name: str
    said: str
    where: dict[str, Any]
    by_hand: str
    columns: str
    aim_ms: int


def _alive(more: str) -> str:
    return (
        f"select count(*) from audiences_person p where workspace_id = {WORKSPACE} and merged_into is null and {more}"
    )


def _doers(having: str, days: int, names: str, more: str = "") -> str:
    return f"""
    select person_id from audiences_event
    where workspace_id = {WORKSPACE} and name in ({names}){more}
    and event_time > {AT} - interval '{days} days' and event_time <= {AT} group by 1 having {having}"""


def _people_who(having: str, days: int, names: str) -> str:
    """People are asked for: of an event alone nobody knows whether its person is merged away, or is known at all."""
    return _alive(f"id in ({_doers(having, days, names)})")


def _of_people(test: str) -> str:
    return f"select count(*) from people where {test}"


def _columns(having: str, days: int, names: str, more: str = "") -> str:
    start = f"{COLUMN_AT} - interval {days} day"
    window = f"happened > {start} and happened <= {COLUMN_AT}"
    return (
        f"select count(*) from (select person from events where {more}name in ({names}) and {window} "
        f"group by person having {having}) t"
    )


_HAND: Final = "traits ->> 'country' = 'DE' and traits ->> 'plan' in ('plus', 'pro') and traits -> 'tags' ? 'wine'"
_COLUMNS: Final = "country = 'DE' and plan in ('plus', 'pro') and wine = 1"
_MANY: Final = "count(*) >= 3"
_TRAITS: Final = (
    Question(
        name="Q1",
        said="country, plan and a tag",
        where={"all": [_DE, _PLAN, _WINE]},
        by_hand=_alive(_HAND),
        columns=_of_people(_COLUMNS),
        aim_ms=300,
    ),
    Question(
        name="Q1b",
        said="a number among the traits",
        where={"trait": "age", "is": "gte", "value": 60},
        by_hand=_alive("(traits -> 'age')::int >= 60"),
        columns=_of_people("age >= 60"),
        aim_ms=300,
    ),
    Question(
        name="Q1c",
        said="a text that is not ASCII",
        where={"trait": "city", "is": "eq", "value": "上海"},
        by_hand=_alive("traits ->> 'city' = '上海'"),
        columns=_of_people("city = '上海'"),
        aim_ms=300,
    ),
    Question(
        name="Q1d",
        said="the end of a text",
        where={"trait": "email", "is": "ends_with", "value": "7@example.com"},
        by_hand=_alive("traits ->> 'email' like '%7@example.com'"),
        columns=_of_people("email like '%7@example.com'"),
        aim_ms=300,
    ),
    Question(
        name="Q1e",
        said="signed up within 30 days",
        where={"trait": "signed_up", "is": "newer_than", "value": "30d"},
        by_hand=_alive(f"(traits ->> 'signed_up')::timestamptz > {AT} - interval '30 days'"),
        columns=_of_people(f"signed_up > {COLUMN_AT} - interval 30 day"),
        aim_ms=300,
    ),
    Question(
        name="Q1f",
        said="signed up over a year ago",
        where={"trait": "signed_up", "is": "older_than", "value": "365d"},
        by_hand=_alive(f"(traits ->> 'signed_up')::timestamptz < {AT} - interval '365 days'"),
        columns=_of_people(f"signed_up < {COLUMN_AT} - interval 365 day"),
        aim_ms=300,
    ),
)
_WINDOWS: Final = (
    Question(
        name="Q2",
        said="3 purchases in 30 days",
        where=_THREE,
        by_hand=_people_who(_MANY, 30, "'purchase'"),
        columns=_columns(_MANY, 30, "'purchase'"),
        aim_ms=3_000,
    ),
    Question(
        name="Q3",
        said="viewed in 7 days, bought nothing in them",
        where={"all": [{"did": "view", "within": "7d"}, {"not": {"did": "purchase", "within": "7d"}}]},
        by_hand=_people_who("bool_or(name = 'view') and not bool_or(name = 'purchase')", 7, "'view', 'purchase'"),
        columns=_columns(
            "max(case when name = 'view' then 1 else 0 end) = 1 "
            "and max(case when name = 'purchase' then 1 else 0 end) = 0",
            7,
            "'view', 'purchase'",
        ),
        aim_ms=3_000,
    ),
    Question(
        name="Q4",
        said="spent 500 in 60 days, last bought within 14",
        where={
            "all": [
                {"sum": "purchase", "of": "amount", "within": "60d", "is": "gte", "value": 500},
                {"did": "purchase", "within": "14d"},
            ]
        },
        by_hand=_people_who(
            f"sum((properties -> 'amount')::numeric) >= 500 and max(event_time) > {AT} - interval '14 days'",
            60,
            "'purchase'",
        ),
        columns=_columns(f"sum(amount) >= 500 and max(happened) > {COLUMN_AT} - interval 14 day", 60, "'purchase'"),
        aim_ms=3_000,
    ),
    Question(
        name="Q5",
        said="Q1 and Q2 together",
        where={"all": [_DE, _PLAN, _WINE, _THREE]},
        by_hand=f"""with chosen as materialized (select id from audiences_person
            where workspace_id = {WORKSPACE} and merged_into is null and {_HAND})
            select count(*) from (
            {_doers(_MANY, 30, "'purchase'", " and person_id in (select id from chosen)")}) t""",
        columns=_columns(_MANY, 30, "'purchase'", f"person in (select id from people where {_COLUMNS}) and "),
        aim_ms=3_000,
    ),
    Question(
        name="Q6",
        said="viewed and bought within 3 days, in 14",
        where={"sequence": [{"event": "cart"}, {"event": "purchase", "within": "3d"}], "within": "14d"},
        by_hand=_alive(
            f"""id in (select person_id from (
            select person_id, name, event_time, max(event_time) filter (where name = 'cart') over (
                partition by person_id order by event_time, id rows between unbounded preceding and 1 preceding) as cart
            from audiences_event where workspace_id = {WORKSPACE} and name in ('cart', 'purchase')
            and event_time > {AT} - interval '14 days' and event_time <= {AT}) e
            where name = 'purchase' and event_time <= cart + interval '3 days' and event_time > cart)"""
        ),
        columns=f"""select count(distinct person) from (
            select person, name, happened, max(case when name = 'cart' then happened end) over (
                partition by person order by happened rows between unbounded preceding and 1 preceding) as cart
            from events where name in ('cart', 'purchase')
            and happened > {COLUMN_AT} - interval 14 day and happened <= {COLUMN_AT}) e
            where name = 'purchase' and happened <= cart + interval 3 day and happened > cart""",
        aim_ms=3_000,
    ),
)
QUESTIONS: Final = _TRAITS + _WINDOWS


def variants(count: int) -> list[dict[str, Any]]:
    """Return `count` different conditions of the kinds that shops have: windows, counts, traits, and mixtures."""
    made: list[dict[str, Any]] = []
    for number in range(count):
        days, times = (3, 7, 14, 30, 60)[number % 5], number // 5 % 4 + 1
        name = ("purchase", "cart", "open", "view")[number % 4]
        did = {"did": name, "times": {"at_least": times}, "within": f"{days}d"}
        trait = ({"trait": "age", "is": "gte", "value": 20 + number % 50}, _DE, _PLAN, _WINE)[number % 4]
        made.append(({"all": [did, trait]}, did, trait, {"all": [trait, {"not": did}]})[number % 4])
    return made
