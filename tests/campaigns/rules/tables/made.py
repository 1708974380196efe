"""Tables to start from, and tables drawn at random over few values."""

import random
from typing import Any

from audiences.conditions import EventFact, Facts
from campaigns.rules.form import RuleForm, parse_rule
from campaigns.rules.samples import NOW

COLUMNS: list[dict[str, Any]] = [{"property": "amount", "type": "number"}, {"property": "city", "type": "text"}]
OUTPUTS: list[dict[str, Any]] = [{"name": "Flow", "then": {"start_flow": "{cell}"}}]


def raw_table(*rows: list[Any], **parts: Any) -> dict[str, Any]:
    """Return a table whose rows are given as cells, the output last."""
    written = [{"when": list(row[:-1]), "then": [row[-1]]} for row in rows]
    return {"key": "discounts", "on": ["buy"], "columns": COLUMNS, "outputs": OUTPUTS, "rows": written, **parts}


def table(*rows: list[Any], **parts: Any) -> RuleForm:
    return parse_rule(raw_table(*rows, **parts))


def facts(**properties: Any) -> Facts:
    event = EventFact(name="buy", at=NOW, properties=properties)
    return Facts(now=NOW, traits={}, event=event)


NUMBERS = ("-", "5", "1..5", "> 3", "<= 3", "1, 7", "not 5", "known", "missing", "not 1..5, 7", ">= 2.5")
TEXTS = ("-", "Rome", "Rome, Oslo", "not Rome", "starts with R", "contains s", "missing", "not ends with o, Rome")
DATES = ("-", "2026-01-05", "2026-01-01..2026-01-05", "> 2026-01-05", "<= 2026-01-04", "older than 1d", "missing")
TRUTHS = ("-", "yes", "no", "missing")
LISTS = ("-", "a", "a, 1", "not a", "has all a + 1", "known")
WIDE: list[dict[str, Any]] = [
    *COLUMNS,
    {"property": "due", "type": "date", "zone": "Asia/Shanghai"},
    {"property": "paid", "type": "truth"},
    {"property": "tags", "type": "list"},
    {"name": "Views", "did": "view"},
    {"name": "VIP", "if": {"segment": "vip"}},
]
CELLS = (NUMBERS, TEXTS, DATES, TRUTHS, LISTS, ("-", "0", "1..2", "> 1", "not 1"), ("-", "yes", "no"))


def drawn(seed: int, *, rows: int, hit: str) -> RuleForm:
    """Return a table of a few of the columns, mostly with `-` in its cells."""
    chance = random.Random(seed)
    picked = sorted(chance.sample(range(len(WIDE)), 3))
    written = [
        {
            "when": [chance.choice(CELLS[at]) if chance.random() < 0.6 else "-" for at in picked],
            "then": [chance.choice(("a", "b", "c", "-"))],
            "priority": chance.randint(1, 3),
        }
        for _ in range(rows)
    ]
    columns = [WIDE[at] for at in picked]
    return parse_rule({"key": "t", "on": ["buy"], "columns": columns, "outputs": OUTPUTS, "rows": written, "hit": hit})
